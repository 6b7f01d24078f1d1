import { inviteProblem } from '../bridge/service/invite-problem.ts';
import type { PublicRoomView } from '../bridge/service/views.ts';
import type { SlashAnswer, SlashContext, SlashWord } from './slash-word.ts';

/** Rooms that a search answers with. */
const FOUND = 20;

const federationWords: readonly SlashWord[] = [
  {
    name: 'federation dm',
    takes: '@alice:example.org …',
    does: 'opens a direct message with people on Matrix',
    arguments: 'people',
    inRoom: false,
    async run(users, { service, as }) {
      const { warnings, ...result } = await service.openDirect({ users, ...(as === undefined ? {} : { as }) });
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
      const people = await context.service.invite({ room, users });
      const lines = people.map(({ user, outcome, reason }) => `${user}: ${reason ?? outcome}`);
      const changed = people.some(({ outcome }) => outcome === 'invited');
      return { lines, changed, result: { room, people }, problem: inviteProblem(room, people) };
    },
  },
  {
    name: 'topic',
    takes: 'TEXT',
    does: 'changes the topic of the room',
    arguments: 'text',
    inRoom: true,
    run: ([topic = ''], context) => changed(context, { topic }),
  },
  {
    name: 'rename',
    takes: 'NAME',
    does: 'changes the name of the room',
    arguments: 'text',
    inRoom: true,
    run: ([name = ''], context) => changed(context, { name }),
  },
];

async function changed(
  { service, room = '' }: SlashContext,
  change: { readonly topic?: string; readonly name?: string },
): Promise<SlashAnswer> {
  const result = await service.changeRoom({ room, ...change });
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
