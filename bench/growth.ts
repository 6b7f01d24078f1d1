import { splitMarkdown } from '../src/lib/format/split-markdown.ts';
import { toMatrix } from '../src/lib/format/to-matrix.ts';
import { toWorkspace } from '../src/lib/format/to-workspace.ts';
import { cleanName } from '../src/lib/matrix/clean-name.ts';
import { LOOKUPS } from '../test/fixtures/lookups.ts';
import { LONG_TEXTS, longText } from '../test/fixtures/long-texts.ts';
import { report, rounded } from './report.ts';

const TIMES = 4;

/** `length`: of the shorter text, in UTF-16 units; what `toMatrix` gets that is over 20,000 long is not parsed. */
const works: readonly {
  readonly name: keyof typeof LONG_TEXTS;
  readonly length: number;
  readonly run: (text: string) => unknown;
}[] = [
  { name: 'toMatrix', length: 4_900, run: (msg) => toMatrix(msg, LOOKUPS) },
  {
    name: 'toWorkspace',
    length: 10_000,
    run: (body) => toWorkspace({ body, format: 'org.matrix.custom.html', formatted_body: body, msgtype: 'm.text' }),
  },
  { name: 'split', length: 16_000, run: (text) => splitMarkdown(text, 5_000) },
  { name: 'name', length: 200_000, run: (text) => cleanName(text, 100) },
];

/**
 * What a text of four times the length costs, as a ratio: about 4 where the cost is proportional to the
 * length, 16 where it is quadratic. A message of 64 KiB that is made to cost more stops a bridge for everybody.
 */
export async function benchGrowth(rounds: number): Promise<void> {
  const results: { work: string; piece: string; ms: number; growth: number }[] = [];
  for (const { name, length, run } of works) {
    for (const piece of LONG_TEXTS[name]) {
      const texts = [longText(piece, length), longText(piece, TIMES * length)];
      const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      // One round of each in turn, so that both meet the same machine; the first is not counted.
      for (let round = 0; round <= rounds; round += 1) {
        for (const [index, text] of texts.entries()) {
          const ms = await processorMs(() => run(text));
          if (round > 0) least[index] = Math.min(least[index] as number, ms);
        }
      }
      const [short = 0, long = 0] = least;
      results.push({ work: name, piece, ms: rounded(long), growth: rounded(long / Math.max(short, 0.05)) });
    }
  }
  const rows = results.map(({ work, piece, ms, growth }) => [work, JSON.stringify(piece), `${ms} ms`, `${growth}`]);
  report(['Work', 'Piece', `${TIMES} times as long`, 'Growth'], rows, {
    bench: 'growth',
    rounds,
    times: TIMES,
    results,
  });
}

/** Time of the processor, since the machine does other things as well. */
async function processorMs(run: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1_000;
}
