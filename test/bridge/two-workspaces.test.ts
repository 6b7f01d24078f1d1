import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { EventId, MatrixRoomId, MessageId } from '../../src/lib/core/ids.ts';
import { readReactions } from '../../src/lib/bridge/workspace/reactions.ts';
import type { MatrixApi } from '../../src/lib/matrix/types.ts';
import type { WorkspaceApi, WorkspaceRoom } from '../../src/lib/rocketchat/types.ts';
import { type RunningBridge, bodiesIn, post, send, textsIn } from '../support/bridge-bench.ts';
import { allIsWell } from '../support/bridge-scene.ts';
import { directRoomOf } from '../support/direct-scene.ts';
import { eventually } from '../support/eventually.ts';
import { homeservers } from '../support/homeservers.ts';
import { type TwoWorkspaces, startTwoWorkspaces } from '../support/two-workspaces.ts';

/** Somebody of a workspace, in its room. */
interface Side {
  readonly person: WorkspaceApi;
  readonly room: WorkspaceRoom;
  readonly running: RunningBridge;
}

describe.each(homeservers)('two workspaces with bridges on one homeserver and one room, on $name', (homeserver) => {
  let pair: TwoWorkspaces;
  let bob: Side;
  let carol: Side;
  let alice: MatrixApi;
  let matrixRoom: MatrixRoomId;

  beforeAll(async () => {
    pair = await startTwoWorkspaces(homeserver, ['sales_', 'lab_']);
    const [sales, lab] = [await pair.one.start(), await pair.other.start()];
    const [bobsAccount, carolsAccount] = [await pair.one.workspaceUser('bob'), await pair.other.workspaceUser('carol')];
    bob = { person: bobsAccount, room: await bobsAccount.createRoom('c', 'project'), running: sales };
    carol = { person: carolsAccount, room: await carolsAccount.createRoom('c', 'their-project'), running: lab };
    matrixRoom = (await sales.service.link({ room: 'project' })).room.matrixRoomId as MatrixRoomId;
    await lab.service.link({ room: 'their-project', matrixRoom });
    alice = await pair.one.matrixUser('alice');
    await alice.join(matrixRoom);
  });
  afterAll(() => pair.stop());
  afterEach(async ({ task }) => {
    const logged = [...pair.one.logged, '--- other', ...pair.other.logged];
    if (task.result?.state === 'fail') process.stderr.write(`${logged.slice(-120).join('\n')}\n`);
    pair.one.logged.length = 0;
    pair.other.logged.length = 0;
    for (const { running } of [bob, carol]) {
      await allIsWell(running);
      expect(await running.service.asideRows()).toEqual([]);
    }
  });

  const reads = ({ person, room }: Side): Promise<string[]> => textsIn(person, room.id);
  const messageOf = async ({ person, room }: Side, text: string): Promise<Record<string, unknown>> => {
    const { updated } = await person.syncMessages(room.id, 0);
    const found = updated.filter(({ msg }) => msg === text);
    expect(found).toHaveLength(1);
    return found[0] ?? {};
  };
  const reactionsTo = async (side: Side, text: string) =>
    Object.fromEntries(readReactions(await messageOf(side, text)));
  /** All three have read the same, each line once. */
  const everybodyReads = (lines: readonly string[]) =>
    eventually(async () => {
      const wanted = lines.toSorted();
      expect((await bodiesIn(alice, matrixRoom)).toSorted()).toEqual(wanted);
      for (const side of [bob, carol]) expect((await reads(side)).toSorted()).toEqual(wanted);
    });

  test('each is to the other as people of any server: texts cross once', async () => {
    await post(bob.person, bob.room, 'from sales');
    await everybodyReads(['from sales']);
    await post(carol.person, carol.room, 'from the lab');
    await send(alice, matrixRoom, 'from Matrix');
    await everybodyReads(['from sales', 'from the lab', 'from Matrix']);
    const { serverName } = pair.one.homeserver;
    const author = async (side: Side, text: string) => (await messageOf(side, text))['u'];
    expect(await author(carol, 'from sales')).toMatchObject({
      username: `sales_bob.${serverName}`,
      name: `bob (${serverName})`,
    });
    expect(await author(bob, 'from the lab')).toMatchObject({
      username: `lab_carol.${serverName}`,
      name: `carol (${serverName})`,
    });
  });

  test('edits, reactions and deletions cross both ways', async () => {
    const before = await reads(bob);
    const bobs = await post(bob.person, bob.room, 'draft');
    await eventually(() => messageOf(carol, 'draft'));
    await bob.person.updateMessage(bob.room.id, bobs, 'final');
    await eventually(() => messageOf(carol, 'final'));
    const seen = (await messageOf(carol, 'final'))['_id'] as MessageId;
    await carol.person.react(seen, ':rocket:', true);
    await eventually(async () =>
      expect(await reactionsTo(bob, 'final')).toEqual({ ':rocket:': [`lab_carol.${pair.one.homeserver.serverName}`] }),
    );
    await bob.person.react(bobs, ':tada:', true);
    await eventually(async () =>
      expect(Object.keys(await reactionsTo(carol, 'final')).toSorted()).toEqual([':rocket:', ':tada:']),
    );
    await carol.person.react(seen, ':rocket:', false);
    await eventually(async () => expect(await reactionsTo(bob, 'final')).toEqual({ ':tada:': ['bob'] }));
    await bob.person.deleteMessage(bob.room.id, bobs);
    await eventually(async () => expect(await reads(carol)).not.toContain('final'));
    await everybodyReads(before);
  });

  test('somebody writes to somebody of the other workspace, who answers', async () => {
    const { serverName } = pair.one.homeserver;
    const { id } = await bob.person.openDirect([`lab_carol.${serverName}`]);
    await post(bob.person, { id }, 'just us');
    const theirs = await directRoomOf(carol.person, ['carol', `sales_bob.${serverName}`]);
    await eventually(async () => expect(await textsIn(carol.person, theirs.id)).toEqual(['just us']));
    await post(carol.person, theirs, 'hello bob');
    await eventually(async () => expect(await textsIn(bob.person, id)).toEqual(['just us', 'hello bob']));
    await post(bob.person, { id }, 'bye');
    await eventually(async () =>
      expect(await textsIn(carol.person, theirs.id)).toEqual(['just us', 'hello bob', 'bye']),
    );
    expect(await textsIn(bob.person, id)).toEqual(['just us', 'hello bob', 'bye']);
  });

  test('what one bridge says is read by the other as a message, and answered by none', async () => {
    await send(alice, matrixRoom, 'react to this');
    const target = await eventually(async () => {
      const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 5 });
      const found = events.find((event) => (event['content'] as { body?: string }).body === 'react to this');
      return (found ?? expect.fail('not sent'))['event_id'] as EventId;
    });
    await eventually(() => Promise.all([messageOf(bob, 'react to this'), messageOf(carol, 'react to this')]));
    // No emoji of Rocket.Chat: each bridge says once that it is not seen there.
    const relation = { rel_type: 'm.annotation', event_id: target, key: 'well done' };
    await alice.sendEvent(matrixRoom, 'm.reaction', `odd-${process.pid}`, { 'm.relates_to': relation });
    const notices = async (): Promise<number> => {
      const { events } = await alice.messages(matrixRoom, { dir: 'b', limit: 100 });
      return events.filter((event) => (event['content'] as { msgtype?: string }).msgtype === 'm.notice').length;
    };
    await eventually(async () => expect(await notices()).toBe(2));
    for (const text of ['and', 'so', 'on']) {
      await post(bob.person, bob.room, text);
      await post(carol.person, carol.room, `${text}!`);
    }
    await eventually(async () => {
      for (const side of [bob, carol]) {
        const lines = await reads(side);
        for (const line of ['and', 'and!', 'so', 'so!', 'on', 'on!'])
          expect(lines.filter((each) => each === line)).toHaveLength(1);
      }
    });
    for (const { running } of [bob, carol]) await allIsWell(running);
    expect(await notices()).toBe(2);
    // Each reads what the other bridge said, and no bridge reads its own.
    for (const side of [bob, carol])
      expect((await reads(side)).filter((line) => line.includes('Rocket.Chat'))).toHaveLength(1);
  });
});

describe.each(homeservers)('bridges whose names overlap, on $name', (homeserver) => {
  test('are refused: the one whose prefix begins with the other, and says what to do', async () => {
    const pair = await startTwoWorkspaces(homeserver, ['rc_', 'rc_lab_']);
    try {
      const [wide, narrow] = [await pair.one.start(), await pair.other.start()];
      await eventually(async () =>
        expect((await narrow.service.status()).homeserver).toMatchObject({
          works: false,
          waitingFor: expect.stringMatching(/^The homeserver reserves @rc_lab_\S+ for another application service$/),
        }),
      );
      await pair.other.workspaceUser('carol').then((carol) => carol.createRoom('c', 'project'));
      await expect(narrow.service.link({ room: 'project' })).rejects.toMatchObject({
        code: 'RCFED_NAMESPACE_OVERLAP',
        exit: 3,
      });
      await allIsWell(wide);
    } finally {
      await pair.stop();
    }
  });
});
