import { type LabOptions, openLab } from './lab.ts';
import { residentMegabytes, watchMemory } from './process-memory.ts';
import { progress, report, rounded } from './report.ts';

const STEPS = 10;

/** The bridge's memory after each tenth of many messages, half of them each way, so that growth shows. */
export async function benchMemory(options: LabOptions & { messages: number }): Promise<void> {
  const lab = await openLab(options);
  const memory = watchMemory(lab.bridgePid);
  try {
    const { toMatrix, toWorkspace } = lab.bridge;
    const steps: { messages: number; mb: number }[] = [{ messages: 0, mb: residentMegabytes(lab.bridgePid) ?? 0 }];
    const share = Math.max(2, Math.round(options.messages / STEPS));
    const from = performance.now();
    for (let step = 1; step <= STEPS; step += 1) {
      await Promise.all([toMatrix.burst(Math.floor(share / 2)), toWorkspace.burst(Math.ceil(share / 2))]);
      const mb = residentMegabytes(lab.bridgePid);
      if (mb === undefined) throw new Error('The bridge has ended');
      steps.push({ messages: step * share, mb });
      progress(`${step * share} messages: ${mb} MB`);
    }
    const perSecond = rounded((STEPS * share) / ((performance.now() - from) / 1000));
    const rows = steps.map(({ messages, mb }) => [String(messages), `${mb} MB`]);
    const result = { bench: 'memory', homeserver: lab.homeserver, ...options, perSecond, peakMb: memory.peak(), steps };
    report(['Messages', 'Memory'], rows, result);
  } finally {
    memory.stop();
    await lab.stop();
  }
}
