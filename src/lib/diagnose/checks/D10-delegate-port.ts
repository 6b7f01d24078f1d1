import { type Check, type Verdict, passes, skips } from '../check.ts';
import type { CheckContext } from '../context.ts';
import { delegationOf } from '../facts/delegation.ts';
import { type Address, ProbeError } from '../probe/probe.ts';

const FEDERATION_PORT = 8448;

export const delegatePort: Check = {
  id: 'D10',
  group: 'discovery',
  title: 'A server at port 443 is said to be there',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['D9'],
  deadlineMs: 15_000,
  why: 'Without a port other servers take 8448, also behind `m.server`. Where only 443 is open, the port must be written.',
  async run(context) {
    const { port, host, by, addresses } = await delegationOf(context);
    const [first] = addresses;
    if (port !== FEDERATION_PORT || first === undefined) return skips(`the port is ${port}`);
    if (await isOpen(context, first, port)) return passes('port 8448 is open');
    if (!(await isOpen(context, first, 443))) return passes('port 8448 is meant, and neither it nor 443 is open');
    return closed(host, by);
  },
};

async function isOpen({ probe }: CheckContext, { address }: Address, port: number): Promise<boolean> {
  try {
    await probe.connect({ address, port });
    return true;
  } catch (error) {
    if (error instanceof ProbeError) return false;
    throw error;
  }
}

const closed = (host: string, by: string): Verdict => ({
  status: 'fail',
  detail: `${host} is closed at port 8448 (${by}) and open at 443`,
  affects: ['other servers knock at a closed door'],
  cure: {
    text: 'Write the port, or open 8448:',
    config: { file: '.well-known/matrix/server', lines: [`{"m.server": "${host}:443"}`] },
  },
});
