import { type Check, passes, skips } from '../check.ts';

const SLOW_MS = 3000;

export const hearing: Check = {
  id: 'G8',
  group: 'bridge',
  title: 'The live connection delivers',
  severity: 'fail',
  fix: 'printed',
  when: 'deep',
  needs: ['G1'],
  deadlineMs: 30_000,
  why: 'A connection can be up and deaf: a proxy between, a workspace of several instances that do not tell each other. The bot writes into the conversation with itself and waits for it. Without the live connection messages come with the half-minute look for what was missed.',
  async run({ setup }) {
    if (setup.admin === undefined) return skips('only the admin of a bridge can ask for it');
    const { durationMs, refused } = await (await setup.bridge()).service.hearing();
    if (refused !== null) return skips(`the workspace lets the bot write nothing to itself: ${refused}`);
    if (durationMs !== null && durationMs < SLOW_MS) return passes(`in ${durationMs} ms`);
    return {
      status: durationMs === null ? 'fail' : 'warn',
      detail: durationMs === null ? 'what is written does not come' : `what is written comes after ${durationMs} ms`,
      affects: ['messages come half a minute late'],
      cure: {
        text: 'Let WebSockets through the proxy, and see that the instances of Rocket.Chat know each other:',
        config: {
          file: 'nginx',
          lines: [
            'proxy_http_version 1.1;',
            'proxy_set_header Upgrade $http_upgrade;',
            'proxy_set_header Connection "upgrade";',
          ],
        },
      },
    };
  },
};
