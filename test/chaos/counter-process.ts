// Reads both ends as an ordinary member would and compares them with what each sender wrote.
// argv[3]: {"w0": how many, …}. Prints one JSON line: what is missing, doubled, out of order.
import type { RawEvent } from '../../src/lib/matrix/types.ts';
import {
  type ChaosSetting,
  asMatrixUser,
  asWorkspaceUser,
  fateOf,
  matrixRoom,
  readSetting,
  textOf,
  workspaceRoom,
} from './setting.ts';

export interface Report {
  readonly sent: { readonly toMatrix: number; readonly toWorkspace: number };
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly reordered: readonly string[];
  readonly unexpected: readonly string[];
}

const setting = readSetting();
const counts = JSON.parse(process.argv[3] ?? '{}') as Record<string, number>;

/** Texts in the order in which the room shows them; deleted ones are not there. */
async function workspaceTexts(room: ChaosSetting['rooms'][number]): Promise<string[]> {
  const reader = setting.workspaceUsers[0];
  if (reader === undefined) return [];
  const { updated } = await asWorkspaceUser(setting, reader).syncMessages(workspaceRoom(room), 0);
  return updated
    .filter((message) => message['t'] === undefined)
    .toSorted((one, other) => Date.parse(String(one['ts'])) - Date.parse(String(other['ts'])))
    .map((message) => String(message['msg']));
}

/** Bodies in the room's order with edits applied; redacted ones are not there. */
async function matrixTexts(room: ChaosSetting['rooms'][number]): Promise<string[]> {
  const reader = setting.matrixUsers[0];
  if (reader === undefined) return [];
  const api = await asMatrixUser(setting, reader);
  const events: RawEvent[] = [];
  let from: string | undefined;
  do {
    const page = await api.messages(matrixRoom(room), {
      dir: 'b',
      limit: 500,
      ...(from === undefined ? {} : { from }),
    });
    events.push(...page.events);
    from = page.events.length === 0 ? undefined : page.end;
  } while (from !== undefined);
  const bodies = new Map<string, string>();
  const edits: { readonly target: string; readonly body: string; readonly ts: number }[] = [];
  for (const event of events.toReversed()) {
    const content = event['content'] as Record<string, unknown>;
    if (event['type'] !== 'm.room.message' || typeof content['body'] !== 'string') continue;
    const relation = content['m.relates_to'] as { rel_type?: string; event_id?: string } | undefined;
    if (relation?.rel_type !== 'm.replace') bodies.set(String(event['event_id']), content['body']);
    else {
      const body = String((content['m.new_content'] as { body?: unknown }).body);
      edits.push({ target: String(relation.event_id), body, ts: Number(event['origin_server_ts']) });
    }
  }
  for (const edit of edits.toSorted((one, other) => one.ts - other.ts)) {
    if (bodies.has(edit.target)) bodies.set(edit.target, edit.body);
  }
  return [...bodies.values()];
}

const lost: string[] = [];
const duplicated: string[] = [];
const reordered: string[] = [];
const unexpected: string[] = [];
const sent = { toMatrix: 0, toWorkspace: 0 };

/** Both ends must show the same: the writer's own end proves that the talker did what it says. */
function compare(end: string, texts: readonly string[], senders: readonly string[]): void {
  for (const sender of senders) {
    const seen = texts.filter((text) => text.startsWith(`${sender}-`));
    const wanted: string[] = [];
    for (let number = 0; number < (counts[sender] ?? 0); number += 1) {
      const fate = fateOf(number);
      if (fate !== 'deleted') wanted.push(textOf(sender, number, fate === 'edited'));
    }
    const at = new Map<string, number>();
    for (const [index, text] of seen.entries()) {
      if (at.has(text)) duplicated.push(`${end} ${text}`);
      at.set(text, index);
    }
    for (const text of wanted) if (!at.has(text)) lost.push(`${end} ${text}`);
    const known = new Set(wanted);
    for (const text of at.keys()) if (!known.has(text)) unexpected.push(`${end} ${text}`);
    let last = -1;
    for (const text of wanted) {
      const index = at.get(text) ?? last;
      if (index < last) reordered.push(`${end} ${text}`);
      last = Math.max(last, index);
    }
    sent[sender.startsWith('w') ? 'toMatrix' : 'toWorkspace'] += end === 'workspace' ? wanted.length : 0;
  }
}

for (const [index, room] of setting.rooms.entries()) {
  const here = Object.keys(counts).filter((sender) => Number(sender.slice(1)) % setting.rooms.length === index);
  compare('workspace', await workspaceTexts(room), here);
  compare('matrix', await matrixTexts(room), here);
}
const report: Report = { sent, lost, duplicated, reordered, unexpected };
// A pipe takes a long answer in pieces, and an exit would cut it.
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
