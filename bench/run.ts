import { parseArgs } from 'node:util';

/**
 * `npm run bench -- startup [--rounds N]`, `growth [--rounds N]`, `relay [--synapse] [--messages N] [--rounds N]`,
 * `memory [--synapse] [--messages N]`. Prints a table, then the same as one line of JSON. What is
 * measured is the build; `--profile DIR` has the bridge write a CPU profile (`node --cpu-prof`).
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    messages: { type: 'string' },
    rounds: { type: 'string' },
    profile: { type: 'string' },
    synapse: { type: 'boolean', default: false },
  },
});

const number = (text: string | undefined, fallback: number): number => {
  const value = Number(text ?? fallback);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new Error(`${text} is no number of messages or rounds`);
};

switch (positionals[0]) {
  case 'startup': {
    const { benchStartup } = await import('./startup.ts');
    await benchStartup(number(values.rounds, 21));
    break;
  }
  case 'growth': {
    const { benchGrowth } = await import('./growth.ts');
    await benchGrowth(number(values.rounds, 4));
    break;
  }
  case 'relay': {
    const { benchRelay } = await import('./relay.ts');
    await benchRelay({
      messages: number(values.messages, 2000),
      rounds: number(values.rounds, 5),
      synapse: values.synapse,
      profile: values.profile,
    });
    break;
  }
  case 'memory': {
    const { benchMemory } = await import('./memory.ts');
    await benchMemory({ messages: number(values.messages, 100_000), synapse: values.synapse, profile: values.profile });
    break;
  }
  case undefined:
  default:
    process.stderr.write(
      'npm run bench -- startup | growth | relay [--synapse] [--messages N] [--rounds N] | memory [--synapse] [--messages N]\n',
    );
    process.exitCode = 2;
}
