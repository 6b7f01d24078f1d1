import { type Check, type Verdict, passes } from '../check.ts';
import { securedOf } from '../facts/handshakes.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
const SOON_DAYS = 14;

export const expiry: Check = {
  id: 'T5',
  group: 'transport',
  title: 'The certificate is valid for two weeks more',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['T2'],
  why: 'Renewal is usually a timer that stopped long ago. From the moment of expiry no server sends anything any more.',
  async run(context) {
    const secured = await securedOf(context);
    const now = context.clock.now();
    return secured.map(({ target: { address }, handshake: { certificate } }): Verdict => {
      const days = Math.floor((Date.parse(certificate.valid_to) - now) / DAY_MS);
      const commands = ['certbot renew', 'systemctl list-timers'];
      if (Date.parse(certificate.valid_from) > now)
        return {
          status: 'fail',
          address,
          detail: `it is valid from ${certificate.valid_from} on`,
          cure: { text: 'Check the clocks of both machines:', commands: ['timedatectl'] },
        };
      if (days > SOON_DAYS) return { ...passes(`it is valid for ${days} days more`), address };
      const isOver = Date.parse(certificate.valid_to) <= now;
      return {
        status: isOver ? 'fail' : 'warn',
        address,
        detail: isOver ? `it expired on ${certificate.valid_to}` : `it expires on ${certificate.valid_to}`,
        affects: isOver ? ['other servers refuse the connection'] : [],
        cure: { text: 'Renew it, and see why nothing did:', commands },
      };
    });
  },
};
