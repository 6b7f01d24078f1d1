import { createServer } from 'node:net';
import { parseHostPort } from '../../admin/address.ts';
import { type Check, passes, skips } from '../check.ts';
import { federationModes } from '../facts/workspace-settings.ts';

export const legacyOn: Check = {
  id: 'B13',
  group: 'legacy',
  title: 'It and rcfed’s bridge do not want the same port',
  severity: 'fail',
  fix: 'printed',
  needs: ['R5'],
  why: 'Both listen for the homeserver. On one machine each needs a port of its own.',
  async run(context) {
    const { admin } = context.setup;
    if (admin === undefined) return skips('only an admin can see it');
    const { legacy } = await federationModes(context);
    if (!legacy) return skips('it is off');
    const wanted = parseHostPort(admin.listen);
    const service = await context.setup.bridge().catch(() => undefined);
    if (service?.running === true || wanted === undefined || (await isFree(wanted)))
      return passes(`${admin.listen} is ours`);
    return {
      status: 'fail',
      detail: `${admin.listen} is taken, and no bridge of ours runs`,
      cure: {
        text: 'See who has it, or choose another:',
        commands: [`ss -ltnp 'sport = :${wanted.port}'`, 'rcfed profile add --replace --listen 127.0.0.1:29410'],
      },
    };
  },
};

const isFree = ({ host, port }: { readonly host: string; readonly port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    // An address of another machine is nobody's here.
    server.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'EADDRINUSE'));
    server.listen({ host, port }, () => server.close(() => resolve(true)));
  });
