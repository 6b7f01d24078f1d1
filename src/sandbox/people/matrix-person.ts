import type { EventId, MatrixRoomId } from '../../lib/core/ids.ts';
import type { MatrixApi, RawEvent } from '../../lib/matrix/types.ts';
import { type HistoryEntry, instant, type Person, type Sighting } from './person.ts';
import { readSync, type SyncSource } from './sync-reader.ts';

interface MatrixPersonOptions {
  readonly name: string;
  /** As that person, who has joined the room. */
  readonly api: MatrixApi;
  readonly source: SyncSource;
  readonly roomId: MatrixRoomId;
  readonly onSighting: (sighting: Sighting) => void;
}

/** Somebody with a Matrix client: sends, and reads by /sync. */
export async function matrixPerson({ name, api, source, roomId, onSighting }: MatrixPersonOptions): Promise<Person> {
  const reader = await readSync(source, roomId, (event) => {
    const sighting = sightingOf(event);
    if (sighting !== undefined) onSighting(sighting);
  });
  let sent = 0;
  const transaction = (): string => `${name}-${process.pid}-${(sent += 1)}`;
  const send = (content: Record<string, unknown>): Promise<EventId> =>
    api.sendEvent(roomId, 'm.room.message', transaction(), content);
  return {
    name,
    side: 'homeserver',
    author: api.userId,
    say: (text) => send(textContent(text)),
    async edit(id, text) {
      const content = textContent(text);
      await send({
        ...content,
        body: `* ${String(content['body'])}`,
        'm.new_content': content,
        'm.relates_to': { rel_type: 'm.replace', event_id: id },
      });
    },
    remove: async (id) => void (await api.redact(roomId, id as EventId, transaction())),
    history: () => history(api, roomId),
    leave: () => reader.stop(),
  };
}

/** `<strong>` and the like make a formatted message, as clients send it: the body without the tags next to it. */
function textContent(text: string): Record<string, unknown> {
  const body = text.replaceAll(/<[^>]+>/g, '');
  if (body === text) return { msgtype: 'm.text', body };
  return { msgtype: 'm.text', body, format: 'org.matrix.custom.html', formatted_body: text };
}

interface Content {
  readonly body?: unknown;
  readonly formatted_body?: unknown;
  readonly redacts?: unknown;
  readonly 'm.new_content'?: Content;
  readonly 'm.relates_to'?: { readonly rel_type?: unknown; readonly event_id?: unknown };
}

function sightingOf(event: RawEvent): Sighting | undefined {
  const at = instant();
  const content = event['content'] as Content;
  if (event['type'] === 'm.room.redaction')
    return { kind: 'gone', id: String(content.redacts ?? event['redacts']), at };
  if (event['type'] !== 'm.room.message' || typeof content.body !== 'string') return undefined;
  const { rel_type: relation, event_id: target } = content['m.relates_to'] ?? {};
  const now = content['m.new_content'] ?? content;
  if (relation === 'm.replace') return { kind: 'edit', id: String(target), ...textsOf(now), at };
  return { kind: 'message', id: String(event['event_id']), ...textsOf(content), author: String(event['sender']), at };
}

const textsOf = ({ body, formatted_body: formatted }: Content): { text: string; shown: string } => ({
  text: String(body),
  shown: String(formatted ?? body),
});

async function history(api: MatrixApi, roomId: MatrixRoomId): Promise<readonly HistoryEntry[]> {
  const entries = new Map<string, HistoryEntry>();
  for (const event of await allEvents(api, roomId)) {
    const sighting = sightingOf(event);
    const entry = sighting === undefined ? undefined : entries.get(sighting.id);
    if (sighting?.kind === 'message')
      entries.set(sighting.id, { id: sighting.id, author: sighting.author, text: sighting.text });
    else if (sighting?.kind === 'edit' && entry !== undefined) entries.set(entry.id, { ...entry, text: sighting.text });
  }
  return [...entries.values()];
}

/** Oldest first. A redacted message has no body any more. */
async function allEvents(api: MatrixApi, roomId: MatrixRoomId): Promise<readonly RawEvent[]> {
  const events: RawEvent[] = [];
  let from: string | undefined;
  do {
    const page = await api.messages(roomId, { dir: 'b', limit: 100, ...(from === undefined ? {} : { from }) });
    events.push(...page.events);
    from = page.events.length === 0 ? undefined : page.end;
  } while (from !== undefined);
  return events.toReversed();
}
