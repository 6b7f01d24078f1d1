import type { EventId, MatrixRoomId, MatrixUserId } from '../../lib/core/ids.ts';
import type { MatrixApi, RawEvent } from '../../lib/matrix/types.ts';
import { sharedRead } from './shared-read.ts';

/** An event as a client shows it. */
export interface SeenEvent {
  readonly id: EventId;
  readonly type: string;
  readonly sender: MatrixUserId;
  readonly content: Content;
  /** Contents that edits of the same sender gave it since, in order; redacted ones are none. */
  readonly edits: readonly Content[];
}

export type Content = Readonly<Record<string, unknown>>;

/** A room as somebody reads it with `/messages`. */
export interface MatrixReader {
  /** All events with content, oldest first, edits and state included. */
  events(): Promise<readonly SeenEvent[]>;
  /** The one message (sticker, poll …: whatever is not state, reaction or edit) that fits. @throws when there is none, or more than one */
  message(what: string, fits: (event: SeenEvent) => boolean): Promise<SeenEvent>;
  /** The one whose text, now or before its edits, has that in it. */
  saying(text: string): Promise<SeenEvent>;
  /** Who reacted to a message with what: `@bob:example.org 👍`, sorted. */
  reactions(to: EventId): Promise<readonly string[]>;
  /** @throws while the event has content */
  gone(id: EventId): Promise<void>;
}

const PAGE = 500;

export function createMatrixReader(api: MatrixApi, roomId: MatrixRoomId): MatrixReader {
  const events = sharedRead(async () => seenEvents(await allEvents(api, roomId)));
  const message: MatrixReader['message'] = async (what, fits) => {
    const [only, another] = (await events()).filter((event) => isMessage(event) && fits(event));
    if (only === undefined) throw new Error(`${what} is not on Matrix`);
    if (another !== undefined) throw new Error(`${what} is on Matrix more than once`);
    return only;
  };
  return {
    events,
    message,
    saying: (text) =>
      message(`“${text}”`, ({ content, edits }) => [content, ...edits].some((each) => textOf(each).includes(text))),
    async reactions(to) {
      return (await events())
        .filter(({ type, content }) => type === 'm.reaction' && relationOf(content).event_id === to)
        .map(({ sender, content }) => `${sender} ${String(relationOf(content).key)}`)
        .toSorted();
    },
    async gone(id) {
      const event = await api.event(roomId, id);
      if (event === undefined || Object.keys(contentOf(event)).length > 0) throw new Error(`${id} is still there`);
    },
  };
}

/** The content that a client shows now. */
export const shownContent = ({ content, edits }: SeenEvent): Content => edits.at(-1) ?? content;

/** What would be the same if the same thing came twice: no id, no address of a file. */
export function sameness({ type, sender, content }: SeenEvent): string | undefined {
  if (STATE.test(type)) return undefined;
  const { url: _, file: __, info: ___, ...rest } = content;
  return JSON.stringify([type, sender, rest]);
}

const STATE = /^m\.room\.(?!message$)|^m\.space\.|^chat\.rocket\.|^m\.bridge/;
const isMessage = ({ type, content }: SeenEvent): boolean =>
  !STATE.test(type) && type !== 'm.reaction' && relationOf(content).rel_type !== 'm.replace';

const textOf = ({ body, formatted_body: formatted, filename }: Content): string =>
  [body, formatted, filename].map((each) => (typeof each === 'string' ? each : '')).join('\n');

interface Relation {
  readonly rel_type?: unknown;
  readonly event_id?: unknown;
  readonly key?: unknown;
}

const contentOf = (event: RawEvent): Content => (event['content'] ?? {}) as Content;
const relationOf = (content: Content): Relation => content['m.relates_to'] ?? {};

function seenEvents(raw: readonly RawEvent[]): readonly SeenEvent[] {
  const whole = raw.filter((event) => Object.keys(contentOf(event)).length > 0);
  const edits = whole.filter((event) => relationOf(contentOf(event)).rel_type === 'm.replace');
  return whole.map((event) => ({
    id: String(event['event_id']) as EventId,
    type: String(event['type']),
    sender: String(event['sender']) as MatrixUserId,
    content: contentOf(event),
    edits: edits
      .filter(
        (edit) => relationOf(contentOf(edit)).event_id === event['event_id'] && edit['sender'] === event['sender'],
      )
      .toSorted((one, other) => Number(one['origin_server_ts']) - Number(other['origin_server_ts']))
      .map((edit) => (contentOf(edit)['m.new_content'] ?? {}) as Content),
  }));
}

async function allEvents(api: MatrixApi, roomId: MatrixRoomId): Promise<readonly RawEvent[]> {
  const events: RawEvent[] = [];
  let from: string | undefined;
  do {
    const page = await api.messages(roomId, { dir: 'b', limit: PAGE, ...(from === undefined ? {} : { from }) });
    events.push(...page.events);
    from = page.events.length === 0 ? undefined : page.end;
  } while (from !== undefined);
  return events.toReversed();
}
