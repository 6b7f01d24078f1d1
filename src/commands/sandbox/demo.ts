import * as Flags from '@oclif/core/flags';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { RcfedError } from '../../lib/core/errors.ts';
import { table } from '../../lib/output/table.ts';
import type { DemoResult } from '../../sandbox/demo/story.ts';
import type { SynapseSource } from '../../sandbox/synapse/source.ts';

export default class SandboxDemo extends BaseCommand<typeof SandboxDemo, DemoResult> {
  static override summary = 'Show the whole story: two servers, a bridge, a conversation, a crash, and nothing lost.';
  static override description =
    'Starts a workspace, a homeserver and a bridge on this machine, lets two people talk across, kills the bridge in mid-conversation, starts it again and compares both histories. Nothing of it stays.';
  static override examples = [
    '<%= config.bin %> sandbox demo',
    '<%= config.bin %> sandbox demo --synapse',
    '<%= config.bin %> sandbox demo --json',
  ];
  static override schema = 'sandbox-demo/1' as const;
  static override flags = {
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

  protected async execute(): Promise<CommandResult<DemoResult>> {
    const { createNetwork } = await import('../../lib/network/network.ts');
    const { playDemo, problemWith } = await import('../../sandbox/demo/story.ts');
    const { clock, env, signal } = this.context;
    const result = await playDemo({
      clock,
      env,
      signal,
      log: this.logger,
      // Everything is on loopback: no proxy is asked.
      network: await createNetwork({ env: {} }),
      synapse: this.flags.synapse ? await this.findSynapse() : undefined,
      // The transcript is for people; the JSON answer is one object.
      narrate: (line) => (this.settings.json ? undefined : this.event({ schema: 'sandbox-demo/1' }, line)),
      wait: (title, run) => this.progress.wait(title, run),
    });
    const problem = problemWith(result);
    return { data: result, view: ['', ...summary(result)], ...(problem === undefined ? {} : { problem }) };
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
