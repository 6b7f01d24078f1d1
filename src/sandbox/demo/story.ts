import { RcfedError } from '../../lib/core/errors.ts';
import type { BridgeProcess } from '../bridge-process.ts';
import type { Person } from '../people/person.ts';
import { type Conversation, createConversation, expectedOf, latencies, type Said } from './conversation.ts';
import { arrivalLine, saidLine } from './narration.ts';
import { percentile } from './percentile.ts';
import { correction, goodbye, hello, lively, regret } from './script.ts';
import {
  buildStage,
  homeserverOf,
  inviteAlice,
  linkRoom,
  seat,
  type HomeserverName,
  type Stage,
  type StageOptions,
} from './stage.ts';
import { type Tally, tally } from './tally.ts';

export interface DemoOptions extends StageOptions {
  /** One line of the transcript. */
  readonly narrate: (line: string) => void;
  /** Runs what takes a while, saying so. */
  readonly wait: <Result>(title: string, run: () => Promise<Result>) => Promise<Result>;
}

interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export interface DemoResult {
  readonly relayed: { readonly toMatrix: number; readonly toWorkspace: number };
  /** Messages, edits and deletions that are not there at the end. */
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly latencyMs: { readonly toMatrix: Percentiles; readonly toWorkspace: Percentiles };
  readonly homeserver: HomeserverName;
}

const SETTLED_WITHIN_MS = 60_000;
/** Between two lines of somebody who does not wait for an answer. */
const BREATH_MS = 40;
/** Lines that each has said when the bridge is killed, and of those left when it comes back. */
const SAID_BEFORE_KILL = 4;

interface Play extends DemoOptions {
  readonly stage: Stage;
  readonly talk: Conversation;
  readonly bob: Person;
  readonly alice: Person;
}

/** Plays the whole story, from two empty servers to two histories that are compared. */
export async function playDemo(options: DemoOptions): Promise<DemoResult> {
  const { narrate, wait } = options;
  const stage = await wait('Starting two servers and setting a bridge up', () => buildStage(options));
  let bridge: BridgeProcess | undefined;
  const people: Person[] = [];
  try {
    const homeserver = await homeserverOf(stage, options);
    narrate(`A Rocket.Chat workspace (as ${stage.servers.workspace.version}) runs at ${stage.servers.workspace.url}.`);
    narrate(
      `A Matrix homeserver (${homeserver.name} ${homeserver.version}) for ${stage.servers.serverName} runs at ${stage.servers.homeserver.url}.`,
    );
    for (const line of provisionedLines(stage)) narrate(line);
    bridge = await wait('Starting the bridge', () => stage.startBridge());
    narrate(`The bridge between them runs as process ${bridge.pid}.`);
    const room = await linkRoom(stage, options);
    narrate(`Bob makes the channel #${room.name} in Rocket.Chat; it is linked with ${room.alias} on Matrix.`);
    const newcomer = await inviteAlice(stage, room, options);
    narrate(`Alice joins from Matrix, as ${newcomer.api.userId}.`);
    const talk = conversation(options);
    const { bob, alice } = await seat(stage, room, newcomer, options, (side, sighting) => talk.sighted(side, sighting));
    people.push(bob, alice);
    const play: Play = { ...options, stage, talk, bob, alice };
    await takeTurns(play, hello);
    await changeTheirMinds(play);
    bridge = await talkOverTheKill(play, bridge);
    await takeTurns(play, goodbye);
    return { ...(await compared(play)), homeserver };
  } finally {
    await Promise.allSettled(people.map((person) => person.leave()));
    await bridge?.stop();
    await stage.strike();
  }
}

/** What `federation provision` has done. */
const provisionedLines = ({ setup: { botUsername, registration } }: Stage): readonly string[] => [
  `Provisioned: the account ${botUsername} in Rocket.Chat (admin, bot), and a profile with its tokens, encrypted.`,
  `Provisioned: a registration for ${registration.prefix}… on ${registration.serverName}, which the homeserver has read.`,
];

function conversation({ clock, narrate }: DemoOptions): Conversation {
  return createConversation({
    clock,
    onSaid: (said) => narrate(saidLine(said)),
    onArrived: (said, sighting) => narrate(arrivalLine(said, sighting)),
  });
}

async function settled({ talk, signal }: Play): Promise<void> {
  await talk.settled(SETTLED_WITHIN_MS, signal);
  signal.throwIfAborted();
}

async function takeTurns(play: Play, turns: typeof hello): Promise<void> {
  play.narrate('');
  for (const [fromBob, fromAlice] of turns) {
    await play.talk.say(play.bob, fromBob);
    await settled(play);
    await play.talk.say(play.alice, fromAlice);
    await settled(play);
  }
}

/** Each edits one message and deletes another. */
async function changeTheirMinds(play: Play): Promise<void> {
  const { talk, narrate } = play;
  narrate('');
  for (const [person, key] of [
    [play.bob, 'bob'],
    [play.alice, 'alice'],
  ] as const) {
    const mistaken = await talk.say(person, correction[key].wrong);
    await settled(play);
    narrate(`${person.name} corrects that: ${correction[key].right}`);
    await talk.edit(mistaken, correction[key].right);
    await settled(play);
    const rude = await talk.say(person, regret[key]);
    await settled(play);
    narrate(`${person.name} deletes that.`);
    await talk.remove(rude);
    await settled(play);
  }
}

/** Both talk without waiting; the bridge is killed in the middle, started anew, and catches up. */
async function talkOverTheKill(play: Play, bridge: BridgeProcess): Promise<BridgeProcess> {
  const { narrate, stage, talk } = play;
  narrate('');
  narrate('Now both talk at once.');
  const untimed = { timed: false };
  const speak = async (person: Person, lines: readonly string[]): Promise<void> => {
    for (const line of lines) {
      await talk.say(person, line, untimed);
      await play.clock.sleep(BREATH_MS, play.signal);
    }
  };
  const both = (from: number, to?: number): Promise<unknown> =>
    Promise.all([speak(play.bob, lively.bob.slice(from, to)), speak(play.alice, lively.alice.slice(from, to))]);
  await both(0, SAID_BEFORE_KILL);
  // Sent, but not waited for: some of it is on its way through the bridge at this moment.
  const during = both(SAID_BEFORE_KILL);
  await bridge.kill();
  narrate(`The bridge, process ${bridge.pid}, is killed with SIGKILL. Both go on.`);
  await during;
  const next = await play.wait('Starting the bridge again', () => stage.startBridge());
  narrate(`The bridge runs again, as process ${next.pid}, and catches up.`);
  await settled(play).catch(async (error: unknown) => {
    await next.stop();
    throw error;
  });
  return next;
}

async function compared({ talk, bob, alice }: Play): Promise<Omit<DemoResult, 'homeserver'>> {
  const toMatrix = crossed(talk.saidOn('workspace'), await othersIn(alice));
  const toWorkspace = crossed(talk.saidOn('homeserver'), await othersIn(bob));
  const sum = (key: keyof Tally): number => toMatrix[key] + toWorkspace[key];
  return {
    relayed: { toMatrix: toMatrix.relayed, toWorkspace: toWorkspace.relayed },
    lost: sum('lost'),
    duplicated: sum('duplicated'),
    reordered: sum('reordered'),
    latencyMs: { toMatrix: percentiles(talk.saidOn('workspace')), toWorkspace: percentiles(talk.saidOn('homeserver')) },
  };
}

const crossed = (said: readonly Said[], history: Parameters<typeof tally>[1]): Tally =>
  tally(expectedOf(said), history);

const othersIn = async (reader: Person): Promise<Parameters<typeof tally>[1]> =>
  (await reader.history()).filter(({ author }) => author !== reader.author);

function percentiles(said: readonly Said[]): Percentiles {
  const values = latencies(said);
  return { p50: percentile(values, 0.5), p99: percentile(values, 0.99) };
}

/** undefined: everything is there once and in order. */
export function problemWith({ lost, duplicated, reordered }: DemoResult): RcfedError | undefined {
  if (lost === 0 && duplicated === 0 && reordered === 0) return undefined;
  return new RcfedError('RCFED_SANDBOX_DIFFERS', 'The two histories differ', {
    why: `${lost} lost, ${duplicated} duplicated, ${reordered} out of order.`,
  });
}
