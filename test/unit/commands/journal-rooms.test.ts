import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type BridgeLab, startBridgeLab } from '../../support/bridge-lab.ts';
import { expectSchema } from '../../support/schema.ts';

/** What commands do to rooms is undone by `federation rollback`. */

interface Room {
  readonly room: string;
  readonly matrixRoomId: string;
  readonly alias?: string;
  readonly retention: string;
}
interface Told {
  readonly rooms: readonly Room[];
  readonly entries: readonly { readonly id: number; readonly what: string; readonly state: string }[];
  readonly undone: readonly { readonly outcome: string; readonly note: string | null }[];
}

let lab: BridgeLab;

beforeAll(async () => {
  lab = await startBridgeLab();
});
afterAll(() => lab.stop());

let entriesBefore = 0;
beforeEach(async () => {
  entriesBefore = (await run('federation', 'rollback')).entries.length;
});

async function run(...argv: string[]): Promise<Told & { readonly exit: number }> {
  const ended = await lab.run([...argv, '--json']);
  expectSchema(ended.json());
  return { exit: ended.exitCode, ...ended.json<{ data: Told }>().data };
}
async function does(...argv: string[]): Promise<void> {
  expect(await run(...argv), argv.join(' ')).toMatchObject({ exit: 0 });
}
const rooms = async (): Promise<readonly Room[]> => (await run('rooms', 'list')).rooms;
const room = async (name: string): Promise<Room | undefined> => (await rooms()).find((each) => each.room === name);

/** What the test wrote down so far. */
const written = async (): Promise<Told['entries']> =>
  (await run('federation', 'rollback')).entries.slice(entriesBefore);

/** Undoes what was written down last, and finds it already so the second time. */
async function undoLast(...more: string[]): Promise<string | null | undefined> {
  const id = String((await written()).at(-1)?.id);
  const undone = await run('federation', 'rollback', id, ...more);
  expect(undone).toMatchObject({ exit: 0, undone: [{ outcome: 'undone' }] });
  expect(await run('federation', 'rollback', id)).toMatchObject({ exit: 0, undone: [{ outcome: 'already so' }] });
  return undone.undone[0]?.note;
}

async function onMatrix(name: string): Promise<string> {
  const { accessToken } = await lab.homeserver.registerUser(`owner-of-${name}`);
  const made = await fetch(`${lab.homeserver.url}/_matrix/client/v3/createRoom`, {
    method: 'POST',
    headers: { authorization: `Bearer ${accessToken}` },
    body: JSON.stringify({ name, preset: 'public_chat', room_alias_name: name }),
  });
  return ((await made.json()) as { room_id: string }).room_id;
}

it('a link is undone, and so is its end', async () => {
  const matrixRoom = await onMatrix('outside');
  await does('rooms', 'link', 'general', matrixRoom);
  await does('rooms', 'link', 'general', matrixRoom);
  await does('rooms', 'link', 'general', matrixRoom, '--retention', 'redact');
  expect((await written()).map(({ what, state }) => [what, state])).toEqual([
    [`Room general: not linked → linked with ${matrixRoom} (keep)`, 'done'],
    [`Room general: linked with ${matrixRoom} (keep) → linked with ${matrixRoom} (redact)`, 'done'],
  ]);
  expect(await undoLast()).toBeNull();
  expect(await room('general')).toMatchObject({ matrixRoomId: matrixRoom, retention: 'keep' });
  await does('rooms', 'unlink', 'general', '--yes');
  expect(await undoLast()).toContain('may not change the Matrix room');
  expect(await room('general')).toMatchObject({ matrixRoomId: matrixRoom, retention: 'keep' });
  const [link] = await written();
  await does('federation', 'rollback', String(link?.id));
  expect(await rooms()).toEqual([]);
});

it('a link to another room since then stays, unless told otherwise', async () => {
  await does('rooms', 'link', 'general', '--new');
  const [link] = await written();
  await does('rooms', 'unlink', 'general', '--yes');
  await does('rooms', 'link', 'general', await onMatrix('other'));
  const id = String(link?.id);
  expect(await run('federation', 'rollback', id)).toMatchObject({ exit: 9, undone: [{ outcome: 'kept' }] });
  await does('federation', 'rollback', id, '--yes');
  expect(await rooms()).toEqual([]);
});

it('a room that was made is deleted again, but not unasked', async () => {
  await does('rooms', 'create', 'team');
  await does('rooms', 'create', 'team');
  const id = String((await written())[0]?.id);
  expect(await run('federation', 'rollback', id, '--dry-run')).toMatchObject({
    undone: [{ outcome: 'would undo', note: expect.stringContaining('team with all its messages') }],
  });
  expect(await run('federation', 'rollback', id)).toMatchObject({
    exit: 9,
    undone: [{ outcome: 'kept', note: 'team stays. To delete it: rcfed rooms delete team' }],
  });
  expect(await room('team')).toBeDefined();
  const asked = await lab.run(['federation', 'rollback', id], { terminal: true, answers: { 'Delete team': 'yes' } });
  expect(asked.exitCode, asked.stderr).toBe(0);
  expect(await rooms()).toEqual([]);
  expect(await run('federation', 'rollback', id)).toMatchObject({ exit: 0, undone: [{ outcome: 'already so' }] });
});

it('a room that was joined is left again, and leaving it is undone', async () => {
  const matrixRoomId = await onMatrix('cats');
  await does('rooms', 'join', '#cats:lab.test');
  expect(await written()).toMatchObject([{ what: 'Matrix room #cats:lab.test joined, as cats', state: 'done' }]);
  await does('slash', '/leave', '--room', 'cats', '--yes');
  await undoLast();
  expect(await room('cats')).toMatchObject({ matrixRoomId });
  const [joined] = await written();
  expect((await run('federation', 'rollback', String(joined?.id))).undone).toMatchObject([
    { outcome: 'undone', note: 'cats stays in Rocket.Chat.' },
  ]);
  expect(await rooms()).toEqual([]);
});

it('an entry is named by its number', async () => {
  expect(await run('federation', 'rollback', 'three')).toMatchObject({ exit: 2 });
});

it('name and topic are put back', async () => {
  await does('rooms', 'link', 'general', '--new');
  await does('slash', '/topic Dogs', '--room', 'general');
  expect((await written()).at(-1)?.what).toBe('Room general: topic none → Dogs');
  expect(await undoLast()).toBeNull();
  await does('rooms', 'unlink', 'general', '--yes');
});

it('what was refused, only planned or is nobody’s to undo is not written down', async () => {
  await does('rooms', 'link', 'general', '--new');
  const before = await written();
  await lab.homeserver.registerUser('guest');
  for (const argv of [
    ['rooms', 'link', 'nowhere', '--new'],
    ['rooms', 'link', 'general', await onMatrix('third')],
    ['rooms', 'join', '#nowhere:lab.test'],
    ['rooms', 'create', 'general', '--private'],
    ['rooms', 'create', 'planned', '--dry-run'],
    ['rooms', 'unlink', 'general', '--dry-run'],
    ['rooms', 'invite', 'general', '@guest:lab.test'],
    ['rooms', 'delete', 'general', '--yes'],
  ])
    await run(...argv);
  expect(await written()).toEqual(before);
});
