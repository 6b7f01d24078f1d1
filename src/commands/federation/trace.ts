import * as Args from '@oclif/core/args';
import { type CommandResult } from '../../cli/base-command.ts';
import { ServiceCommand } from '../../cli/service-command.ts';
import type { TraceStep, TraceView } from '../../lib/bridge/service/views.ts';
import { table } from '../../lib/output/table.ts';

export default class FederationTrace extends ServiceCommand<typeof FederationTrace, TraceView> {
  static override summary = 'Say what happened to one message.';
  static override description =
    'When it was received, what was tried with which answers, how it ended, and its ids on both sides.';
  static override examples = [
    "<%= config.bin %> federation trace 'https://chat.example.org/channel/general?msg=AbCdEfGhIjKlMnOpQ'",
    "<%= config.bin %> federation trace 'https://matrix.to/#/!room:example.org/$event'",
    "<%= config.bin %> federation trace '$event' --json",
  ];
  static override schema = 'federation-trace/1' as const;
  static override args = {
    ref: Args.string({ description: 'Link of the message on either side, message id or event id.', required: true }),
  };

  protected async execute(): Promise<CommandResult<TraceView>> {
    const trace = await this.withService((service) => service.trace({ ref: this.args.ref }));
    const { messageId, eventIds, deleted, steps } = trace;
    return {
      data: trace,
      view: [
        `Rocket.Chat message: ${messageId ?? 'none'}${deleted ? ' (deleted)' : ''}`,
        `Matrix events: ${eventIds.length === 0 ? 'none' : eventIds.join(', ')}`,
        table(
          [
            { title: 'Time', value: ({ time }) => time },
            { title: 'What', value: ({ what }) => what },
            { title: 'Detail', value: ({ detail }) => detail },
          ],
          steps.flatMap(linesOf),
        ),
      ],
    };
  }
}

const SIDES = { workspace: 'Rocket.Chat', homeserver: 'Matrix' } as const;
const STATES = {
  pending: 'waiting',
  done: 'done',
  aside: 'set aside',
  folded: 'waits for a message that is set aside',
} as const;

function linesOf(step: TraceStep): { time: string; what: string; detail: string }[] {
  const { side, type, ref, room, received, attempts, state, outcome, settled, late } = step;
  return [
    {
      time: received,
      what: `received from ${SIDES[side]}`,
      detail: `${type} ${ref}${room === undefined ? '' : ` in ${room}`}`,
    },
    ...attempts.map(({ step: name, started, answer, detail }) => ({
      time: started,
      what: `tried: ${name}`,
      detail: `${answer ?? 'no answer yet'}${detail === undefined ? '' : `: ${detail}`}`,
    })),
    { time: settled ?? '', what: STATES[state], detail: `${outcome ?? ''}${late ? ' (late)' : ''}` },
  ];
}
