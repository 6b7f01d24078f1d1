import { expectLike } from './expect.ts';
import { feature, type Feature, nothing } from './feature.ts';
import { guest } from './profiles.ts';

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
  // Somebody who does nothing else: whoever writes is online again.
  prepare: guest,
  async change({ mark }, { guest: person, puppet }) {
    await person.setPresence('unavailable', `at sea ${mark}`);
    return puppet;
  },
  async shown({ live, mark }, puppet) {
    const seen = live.inWorkspace.filter((news) => news.kind === 'presence' && news.username === puppet);
    // Later the homeserver takes them for gone, since they have no client that asks for anything.
    const away = seen.find((news) => news.kind === 'presence' && news.status === 'away') ?? seen.at(-1);
    expectLike(away, { status: 'away', message: `at sea ${mark}` }, 'the status');
    return `${puppet} is away, at sea`;
  },
});

export const presenceRows: readonly Feature[] = [toMatrix, toWorkspace];
