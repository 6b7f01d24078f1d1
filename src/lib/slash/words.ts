import { invitationsInWords } from '../bridge/service/invite-plan.ts';
import { memberInWords } from '../bridge/service/member-words.ts';
import { problemOf } from '../bridge/service/refused-people.ts';
import type { PublicRoomView } from '../bridge/service/views.ts';
import type { SlashAnswer, SlashContext, SlashWord } from './slash-word.ts';

const KICKED = { done: 'put out', already: 'was not there', refused: 'refused', 'to do': 'to be put out' };
/** Rooms that a search answers with. */
const FOUND = 20;

const federationWords: readonly SlashWord[] = [
  {
    name: 'federation dm',
    takes: '@alice:example.org …',
    does: 'opens a direct message with people on Matrix',
    arguments: 'people',
    inRoom: false,
    async run(users, { service, as, dryRun }) {
      const { warnings, plan, ...result } = await service.openDirect({ users, as, dryRun });
      if (plan !== undefined) return { lines: plan, changed: false, result, warnings };
      const line = result.changed ? `${result.room} is open on both sides.` : `${result.room} is open already.`;
      return { lines: [line], changed: result.changed, result, warnings };
    },
  },
  {
    name: 'federation search',
    takes: '[TERM]',
    does: 'looks for public rooms on Matrix',
    arguments: 'maybe text',
    inRoom: false,
    async run([term], { service }) {
      const result = await service.search({ ...(term === undefined ? {} : { term }), limit: FOUND });
      const lines =
        result.rooms.length === 0
          ? [`No public room of ${result.server} fits.`]
          : [...result.rooms.map(inOneLine), ...(result.next === null ? [] : ['There are more: narrow it down.'])];
      return { lines, changed: false, result };
    },
  },
  {
    name: 'federation join',
    takes: '#alias:example.org',
    does: 'brings a room of Matrix into Rocket.Chat',
    arguments: 'one',
    inRoom: false,
    async run([alias = ''], { service, dryRun }) {
      const { warnings, plan, ...result } = await service.join({ room: alias, dryRun });
      if (plan !== undefined) return { lines: plan, changed: false, result, warnings };
      const line = `${alias} is ${result.room?.room} in Rocket.Chat${result.changed ? '.' : ' already.'}`;
      return { lines: [line], changed: result.changed, result, warnings };
    },
  },
];

const inOneLine = ({ alias, roomId, name, members, bridged }: PublicRoomView): string =>
  [alias ?? roomId, name, `${members} members`, bridged ? 'federated' : undefined]
    .filter((part) => part !== undefined && part !== null && part !== '')
    .join(' · ');

const roomWords: readonly SlashWord[] = [
  {
    name: 'invite',
    takes: '@alice:example.org …',
    does: 'invites people on Matrix into the room',
    arguments: 'people',
    inRoom: true,
    async run(users, context) {
      const room = context.room ?? '';
      const { dryRun } = context;
      const people = await context.service.invite({ room, users, dryRun });
      const lines = dryRun
        ? invitationsInWords(people)
        : people.map(({ user, outcome, reason }) => `${user}: ${reason ?? outcome}`);
      const changed = people.some(({ outcome }) => outcome === 'invited');
      return {
        lines,
        changed,
        result: { room, people },
        problem: problemOf(people, `could not be invited to ${room}`),
      };
    },
  },
  {
    name: 'kick',
    takes: 'USER …',
    does: 'puts people out of the room',
    arguments: 'people',
    inRoom: true,
    async run(users, context) {
      const room = context.room ?? '';
      const { dryRun } = context;
      const planned = await context.service.changeMembers({ room, users, change: 'kick', dryRun });
      const people = planned.map(({ plan: _plan, ...person }) => person);
      const lines = dryRun
        ? planned.flatMap(memberInWords)
        : people.map(({ user, outcome, reason }) => `${user}: ${reason ?? KICKED[outcome]}`);
      const changed = people.some(({ outcome }) => outcome === 'done');
      return {
        lines,
        changed,
        result: { room, people },
        problem: problemOf(people, `could not be put out of ${room}`),
      };
    },
  },
  {
    name: 'leave',
    takes: '',
    does: 'ends the federation of the room: the Matrix room goes on without it',
    arguments: 'none',
    inRoom: true,
    asks: (room) => `Leave the Matrix room of ${room}? Nobody there sees the other side's messages any more.`,
    async run(_, { service, room = '', dryRun }) {
      const { warnings, plan, ...result } = await service.leave({ room, dryRun });
      if (plan !== undefined) return { lines: plan, changed: false, result, warnings };
      return { lines: [`${result.room.room} is not federated any more.`], changed: true, result, warnings };
    },
  },
  {
    name: 'topic',
    takes: 'TEXT',
    does: 'changes the topic of the room',
    arguments: 'text',
    inRoom: true,
    run: ([topic = ''], context) => changeRoom(context, { topic }),
  },
  {
    name: 'rename',
    takes: 'NAME',
    does: 'changes the name of the room',
    arguments: 'text',
    inRoom: true,
    run: ([name = ''], context) => changeRoom(context, { name }),
  },
];

async function changeRoom(
  { service, room = '', dryRun }: SlashContext,
  change: { readonly topic?: string; readonly name?: string },
): Promise<SlashAnswer> {
  const { plan, before: _before, roomId: _roomId, ...result } = await service.changeRoom({ room, ...change, dryRun });
  if (plan !== undefined) return { lines: plan, changed: false, result };
  const what = change.topic === undefined ? `The room is named ${result.name}` : 'The topic is as you say';
  return { lines: [`${what}${result.changed ? '.' : ' already.'}`], changed: result.changed, result };
}

const help: SlashWord = {
  name: 'help',
  takes: '',
  does: 'says what there is',
  arguments: 'none',
  inRoom: false,
  run: async () => ({
    lines: slashWords.map(({ name, takes, does }) => `${`/${name} ${takes}`.trim()}: ${does}`),
    changed: false,
    result: null,
  }),
};

/** All slash commands, in the order in which people are shown them. */
export const slashWords: readonly SlashWord[] = [...federationWords, ...roomWords, help];
