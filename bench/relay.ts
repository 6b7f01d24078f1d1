import { percentile } from '../src/sandbox/demo/percentile.ts';
import { type Lab, type LabOptions, openLab } from './lab.ts';
import { watchMemory } from './process-memory.ts';
import { median, progress, report, rounded } from './report.ts';

const ways = ['toMatrix', 'toWorkspace'] as const;
const systems = ['bridge', 'forwarder'] as const;
/** Of one way through one system in one round, sent one by one. */
const SINGLES = 40;

interface Measured {
  readonly perSecond: number[];
  readonly latencies: number[];
}

/**
 * Messages a second and latency through the bridge, next to those of the bare forwarder. Both are
 * measured in turns in every round, so that they meet the same machine; the first round only warms up.
 */
export async function benchRelay(options: LabOptions & { messages: number; rounds: number }): Promise<void> {
  const lab = await openLab(options);
  const memory = watchMemory(lab.bridgePid);
  try {
    const measured = await measure(lab, options);
    const results = ways.map((way) => compare(way, measured));
    const peakMb = memory.peak();
    const rows = results.map((one) => [
      one.way === 'toMatrix' ? 'to Matrix' : 'to Rocket.Chat',
      `${one.bridge.perSecond}/s`,
      `${one.forwarder.perSecond}/s`,
      `${one.ratio}`,
      `${one.bridge.p50} / ${one.bridge.p99} ms`,
      `${one.forwarder.p50} / ${one.forwarder.p99} ms`,
      `${one.addedP50} ms`,
    ]);
    const titles = ['Way', 'Bridge', 'Forwarder', 'Ratio', 'Bridge p50 / p99', 'Forwarder p50 / p99', 'Added p50'];
    report(
      [...titles, 'Peak memory'],
      rows.map((row) => [...row, `${peakMb} MB`]),
      {
        bench: 'relay',
        homeserver: lab.homeserver,
        ...options,
        peakMb,
        results,
      },
    );
  } finally {
    memory.stop();
    await lab.stop();
  }
}

async function measure(
  lab: Lab,
  { messages, rounds }: { messages: number; rounds: number },
): Promise<Record<string, Measured>> {
  const measured: Record<string, Measured> = {};
  const perRound = Math.max(1, Math.round(messages / ways.length / rounds));
  for (let round = 0; round <= rounds; round += 1) {
    progress(round === 0 ? 'Warming up' : `Round ${round} of ${rounds}`);
    for (const way of ways) {
      // Whoever comes second finds warmer servers: they take turns at that too.
      for (const system of round % 2 === 0 ? systems : systems.toReversed()) {
        const lane = lab[system][way];
        const perSecond = await lane.burst(perRound);
        const latencies: number[] = [];
        for (let sent = 0; sent < SINGLES; sent += 1) latencies.push(await lane.single());
        if (round === 0) continue;
        const known = (measured[`${system} ${way}`] ??= { perSecond: [], latencies: [] });
        known.perSecond.push(perSecond);
        known.latencies.push(...latencies);
      }
    }
  }
  return measured;
}

function compare(way: (typeof ways)[number], measured: Record<string, Measured>) {
  const of = (system: string) => {
    const { perSecond = [], latencies = [] } = measured[`${system} ${way}`] ?? {};
    return { perSecond: rounded(median(perSecond)), p50: percentile(latencies, 0.5), p99: percentile(latencies, 0.99) };
  };
  const bridge = of('bridge');
  const forwarder = of('forwarder');
  return {
    way,
    bridge,
    forwarder,
    ratio: rounded(bridge.perSecond / forwarder.perSecond, 2),
    addedP50: rounded(bridge.p50 - forwarder.p50),
  };
}
