/** Waits until `check` no longer throws (and answers its value), or fails with its last error after `withinMs`. */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 30_000): Promise<T> {
  const until = performance.now() + withinMs;
  let pause = 5;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
      pause = Math.min(pause * 1.5, 200);
    }
  }
}
