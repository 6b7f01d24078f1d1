// What Rocket.Chat has nothing for: calls, and events that nobody knows.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EventId } from '../../src/lib/core/ids.ts';
import { type Bench, type RunningBridge, send, startBench } from '../support/bridge-bench.ts';
import {
  allIsWell,
  authorInWorkspace,
  bobReads,
  fresh,
  newConversation,
  type Scene,
  workspaceTexts,
} from '../support/bridge-scene.ts';
import { eventually } from '../support/eventually.ts';
import { finerHomeservers } from '../support/homeservers.ts';

const VIDEO = "_started a video call on Matrix, which can't be joined from here_";
const VOICE = "_started a call on Matrix, which can't be joined from here_";

describe.each(finerHomeservers)('what Rocket.Chat has nothing for, on $name', (homeserver) => {
  let bench: Bench;
  let running: RunningBridge;
  let scene: Scene;
  let sent = 0;

  beforeAll(async () => {
    bench = await startBench({ homeserver });
    running = await bench.start();
  });
  beforeEach(async () => {
    scene = await newConversation(bench, running);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') process.stderr.write(`${bench.logged.slice(-60).join('\n')}\n`);
    bench.logged.length = 0;
    expect(await running.service.asideRows()).toEqual([]);
    await allIsWell(running);
  });
  afterAll(() => bench.stop());

  const tell = (type: string, content: Record<string, unknown>): Promise<EventId> => {
    sent += 1;
    return scene.alice.sendEvent(scene.matrixRoom, type, `odd-${process.pid}-${sent}`, content);
  };
  const outcomeOf = async (event: EventId): Promise<unknown> =>
    (await running.service.trace({ ref: event })).steps.map(({ outcome }) => outcome);
  const invite = (callId: string, sdp = 'v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n') => ({
    call_id: callId,
    party_id: 'phone',
    version: '1',
    lifetime: 60_000,
    offer: { type: 'offer', sdp },
  });

  /** Homeservers take invitations to a call of two only in rooms that are not public. */
  const inGroup = async (): Promise<void> => {
    scene = await newConversation(bench, running, { type: 'p' });
  };

  test('a call is told once, by who calls, and nothing of its course', async () => {
    await inGroup();
    await tell('m.call.invite', invite('one', 'v=0\r\nm=audio 9 RTP\r\nm=video 9 RTP\r\n'));
    await tell('m.call.candidates', { call_id: 'one', party_id: 'phone', version: '1', candidates: [] });
    const again = await tell('m.call.invite', invite('one'));
    const hangUp = await tell('m.call.hangup', { call_id: 'one', party_id: 'phone', version: '1', body: 'no answer' });
    await send(scene.alice, scene.matrixRoom, 'nobody there');
    await bobReads(scene, [VIDEO, 'nobody there']);
    expect((await authorInWorkspace(scene, VIDEO)).username).toBe(scene.puppet);
    expect(await outcomeOf(again)).toEqual(['call was told already']);
    expect(await outcomeOf(hangUp)).toEqual(['ignored']);
  });

  test('a call by voice is told', async () => {
    await inGroup();
    await tell('m.call.invite', invite('two'));
    await bobReads(scene, [VOICE]);
  });

  test('a call of the whole room is told once, however it is announced', async () => {
    const member = await tell('m.custom.membership', {});
    const notify = { 'm.relates_to': { rel_type: 'm.reference', event_id: member }, notification_type: 'ring' };
    for (const type of ['org.matrix.msc4075.rtc.notification', 'org.matrix.msc4075.call.notify']) {
      await tell(type, notify);
    }
    await send(scene.alice, scene.matrixRoom, 'after');
    await bobReads(scene, [VIDEO, 'after']);
  });

  test('a bridge that dies right after it told of a call tells it once', async () => {
    await inGroup();
    await running.stop();
    const { died } = await bench.startDying('apply:acted');
    await tell('m.call.invite', invite('three'));
    await died;
    running = await bench.start();
    await send(scene.alice, scene.matrixRoom, 'after');
    await bobReads(scene, [VOICE, 'after']);
  });

  test('a message of an unknown kind is its plain text, with the kind', async () => {
    const event = await tell('m.room.message', {
      msgtype: 'org.example.card',
      body: 'Ace of *spades*',
      format: 'org.matrix.custom.html',
      formatted_body: '<b>no</b>',
    });
    await bobReads(scene, ['Ace of \\*spades\\*\n[org.example.card]']);
    await tell('m.room.message', {
      msgtype: 'org.example.card',
      body: '* King',
      'm.new_content': { msgtype: 'org.example.card', body: 'King' },
      'm.relates_to': { rel_type: 'm.replace', event_id: event },
    });
    await bobReads(scene, ['King\n[org.example.card]']);
    await scene.alice.redact(scene.matrixRoom, event, `uncard-${event}`);
    await bobReads(scene, []);
  });

  test('an event of an unknown type is its text, in either spelling, with the type', async () => {
    await tell('org.example.dice', { body: 'rolled a 6', sides: 6 });
    await tell('org.example.note', { 'm.text': [{ body: 'noted' }] });
    await tell('org.example.note', { 'org.matrix.msc1767.text': 'noted too' });
    await bobReads(scene, [
      'rolled a 6\n[org.example.dice]',
      'noted\n[org.example.note]',
      'noted too\n[org.example.note]',
    ]);
  });

  test('what has no text is not shown, and the log and the trace say so', async () => {
    const event = await tell('org.example.silent', { data: [1, 2, 3] });
    await eventually(async () => expect(await outcomeOf(event)).toEqual(['nothing to show']));
    await eventually(() =>
      expect(bench.logged.join('\n')).toMatch(/row\.settled .*org\.example\.silent.*nothing to show/),
    );
    expect(fresh(await workspaceTexts(scene))).toEqual([]);
  });

  test('what clients and bridges tell each other is not for people', async () => {
    const hidden = [
      await tell('m.room.message', { msgtype: 'm.key.verification.request', body: 'verify me', methods: [] }),
      await tell('m.key.verification.start', { body: 'start' }),
      await tell('m.call.answer', { call_id: 'x', body: 'answered' }),
      await tell('org.matrix.msc3672.beacon', { body: 'a step further' }),
      await tell('com.beeper.message_send_status', { body: 'sent' }),
      await tell('chat.rocket.bridge.poll_tally', { body: 'forged' }),
    ];
    await send(scene.alice, scene.matrixRoom, 'after');
    await bobReads(scene, ['after']);
    for (const event of hidden) expect(await outcomeOf(event)).toEqual(['ignored']);
  });

  test('an emote is in italics, a notice plain, and a notice is never answered by one', async () => {
    await tell('m.room.message', { msgtype: 'm.emote', body: 'waves' });
    await tell('m.room.message', { msgtype: 'm.notice', body: '!help is no command of ours' });
    await bobReads(scene, ['_waves_', '!help is no command of ours']);
    const { events } = await scene.alice.messages(scene.matrixRoom, { dir: 'b', limit: 100 });
    expect(events.filter(({ sender }) => sender === running.connected.parts.identity.matrixBot)).not.toContainEqual(
      expect.objectContaining({ type: 'm.room.message' }),
    );
  });
});
