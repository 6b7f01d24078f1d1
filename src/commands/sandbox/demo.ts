import * as Flags from '@oclif/core/flags';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import { table } from '../../lib/output/table.ts';
import type { CircleResult } from '../../sandbox/circle/play.ts';
import type { DemoOptions, DemoResult } from '../../sandbox/demo/story.ts';
import type { FeaturesResult } from '../../sandbox/features/play.ts';
import type { SynapseSource } from '../../sandbox/synapse/source.ts';

type Result = DemoResult | FeaturesResult | CircleResult;

export default class SandboxDemo extends BaseCommand<typeof SandboxDemo, Result> {
  static override summary = 'Show the whole story: two servers, a bridge, a conversation, a crash, and nothing lost.';
  static override description =
    'Starts a workspace, a homeserver and a bridge on this machine, lets two people talk across, kills the bridge in mid-conversation, starts it again and compares both histories. With --features it tries everything a message can be instead, each both ways; with --circle two workspaces meet over two homeservers that federate. Nothing of it stays.';
  static override examples = [
    '<%= config.bin %> sandbox demo',
    '<%= config.bin %> sandbox demo --synapse',
    '<%= config.bin %> sandbox demo --features',
    '<%= config.bin %> sandbox demo --circle',
    '<%= config.bin %> sandbox demo --json',
  ];
  static override schema = 'sandbox-demo/1' as const;
  static override flags = {
    features: Flags.boolean({
      summary: 'Try each feature of docs/features.md once instead, both ways, and say what the other side sees.',
      env: 'RCFED_FEATURES',
    }),
    circle: Flags.boolean({
      summary: 'Let two workspaces meet instead, each with a bridge and a homeserver of its own.',
      env: 'RCFED_CIRCLE',
      exclusive: ['features'],
    }),
    synapse: Flags.boolean({
      summary:
        'Use a real Synapse: an installed one or Docker; as root on Debian one is built into the cache folder, once.',
      env: 'RCFED_SYNAPSE',
    }),
    'synapse-python': Flags.string({
      summary: 'Python that has the Synapse to use.',
      env: 'RCFED_SYNAPSE_PYTHON',
      helpValue: 'FILE',
      dependsOn: ['synapse'],
    }),
  };

  protected async execute(): Promise<CommandResult<Result>> {
    const { createNetwork } = await import('../../lib/network/network.ts');
    const { clock, env, signal } = this.context;
    const options: Omit<DemoOptions, 'narrate'> = {
      clock,
      env,
      signal,
      log: this.logger,
      // Everything is on loopback: no proxy is asked.
      network: await createNetwork({ env: {} }),
      synapse: this.flags.synapse ? await this.findSynapse() : undefined,
      wait: (title, run) => this.progress.wait(title, run),
    };
    if (this.flags.circle) return this.goRound(options);
    return this.flags.features ? tryFeatures(options) : this.tellStory(options);
  }

  private async tellStory(options: Omit<DemoOptions, 'narrate'>): Promise<CommandResult<DemoResult>> {
    const { playDemo, problemWith } = await import('../../sandbox/demo/story.ts');
    const result = await playDemo({ ...options, narrate: (line) => this.narrate(line) });
    const problem = problemWith(result);
    return { data: result, view: ['', ...summary(result)], ...(problem === undefined ? {} : { problem }) };
  }

  private async goRound(options: Omit<DemoOptions, 'narrate'>): Promise<CommandResult<CircleResult>> {
    const { playCircle, problemWithCircle } = await import('../../sandbox/circle/play.ts');
    const result = await playCircle({ ...options, narrate: (line) => this.narrate(line) });
    const problem = problemWithCircle(result);
    const wrong = result.steps.filter(({ ok }) => !ok).length;
    const view = [
      '',
      wrong === 0 ? `All ${result.steps.length} steps as they should be.` : `${wrong} not as they should be.`,
    ];
    return { data: result, view, ...(problem === undefined ? {} : { problem }) };
  }

  /** The transcript is for people; the JSON answer is one object. */
  private narrate(line: string): void {
    if (!this.settings.json) this.event({ schema: 'sandbox-demo/1' }, line);
  }

  private async findSynapse(): Promise<SynapseSource> {
    const { findSynapse } = await import('../../sandbox/synapse/source.ts');
    const source = await this.progress.wait('Looking for a Synapse', () =>
      findSynapse({
        python: this.flags['synapse-python'],
        cache: this.context.folders.cache,
        onBuild: () => this.say('Building a Synapse into the cache folder, once; this takes about a minute.'),
      }),
    );
    if (source !== undefined) return source;
    throw new RcfedError('RCFED_SYNAPSE_MISSING', 'There is no Synapse on this machine', {
      why: 'None is installed, no Docker engine answers, and only root on Debian can have one built.',
    });
  }
}

async function tryFeatures(options: Omit<DemoOptions, 'narrate'>): Promise<CommandResult<FeaturesResult>> {
  const { playFeatures, problemWithFeatures } = await import('../../sandbox/features/play.ts');
  const result = await playFeatures(options);
  const problem = problemWithFeatures(result);
  const rows = table(
    [
      { title: 'Feature', value: ({ feature }) => feature },
      { title: 'Direction', value: ({ direction }) => direction },
      { title: 'OK', value: ({ ok }) => (ok ? 'yes' : 'no') },
      { title: 'Detail', value: ({ detail }) => detail },
    ],
    result.features,
  );
  return { data: result, view: [rows], ...(problem === undefined ? {} : { problem }) };
}

const summary = (result: DemoResult): CommandResult<DemoResult>['view'] => {
  const { relayed, latencyMs, lost, duplicated, reordered } = result;
  const rows = [
    { way: 'to Matrix', relayed: relayed.toMatrix, ...latencyMs.toMatrix },
    { way: 'to Rocket.Chat', relayed: relayed.toWorkspace, ...latencyMs.toWorkspace },
  ];
  return [
    table(
      [
        { title: 'Way', value: ({ way }) => way },
        { title: 'Messages', value: ({ relayed: count }) => String(count) },
        { title: 'Half within', value: ({ p50 }) => `${p50} ms` },
        { title: '99 % within', value: ({ p99 }) => `${p99} ms` },
      ],
      rows,
    ),
    '',
    `Lost ${lost}, duplicated ${duplicated}, out of order ${reordered}.`,
  ];
};
