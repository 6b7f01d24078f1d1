/**
 * Runs `act`, which must not wait for anything, if this process ends before it is called off: on a second
 * Ctrl-C nothing else gets its turn. What was asked for last comes first. After SIGKILL nothing runs.
 * @returns calls it off
 */
export function atExit(act: () => void): () => void {
  process.prependOnceListener('exit', act);
  return () => void process.off('exit', act);
}
