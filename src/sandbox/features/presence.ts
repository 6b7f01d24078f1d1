import { expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';

const limits = 'Off unless the bridge is run with `--presence true`. Of people who have spoken before.';

const toMatrix = feature({
  feature: 'presence',
  direction: 'to Matrix',
  says: 'Who is online, away or busy in Rocket.Chat is so on Matrix, with the text of their status.',
  limits: `${limits} Busy is unavailable there, and says so. After a start from the next change on.`,
  lasting: false,
  prepare: nothing,
  async change({ bob, mark }) {
    await bob.setStatus('away', `at lunch ${mark}`);
  },
  async shown({ live, ghost, mark }) {
    const seen = live.onMatrix.findLast(({ type, sender }) => type === 'm.presence' && sender === ghost);
    expectLike(seen?.content, { presence: 'unavailable', status_msg: `at lunch ${mark}` }, 'the presence');
    return `${ghost} is unavailable, at lunch`;
  },
});

const toWorkspace = feature({
  feature: 'presence',
  direction: 'to Rocket.Chat',
  says: 'Who is online or away on Matrix is so in Rocket.Chat, with the text of their status.',
  limits: `${limits} Nobody becomes offline where the workspace has no invisible status; in alias mode nobody is shown.`,
  lasting: false,
  prepare: nothing,
  async change({ alice, mark }) {
    await alice.setPresence('unavailable', `at sea ${mark}`);
  },
  async shown({ live, puppet, mark }) {
    const seen = live.inWorkspace.findLast((news) => news.kind === 'presence' && news.username === puppet);
    expectLike(seen, { status: 'away', message: `at sea ${mark}` }, 'the status');
    return `${puppet} is away, at sea`;
  },
});

export const presenceRows: readonly Feature[] = [toMatrix, toWorkspace];
