import { type Check, type Cure, type Verdict, passes } from '../check.ts';
import type { CheckContext } from '../context.ts';
import { bracketed } from '../facts/name-parts.ts';
import { type Delegation, delegationOf } from '../facts/delegation.ts';
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
    const delegation = await delegationOf(context);
    const { port, addresses } = delegation;
    // Passes, so that what needs the port is looked at.
    if (port !== FEDERATION_PORT) return passes(`the port is ${port}`);
    if (await isOpenAtOne(context, addresses, port)) return passes('port 8448 is open');
    if (!(await isOpenAtOne(context, addresses, 443)))
      return passes('port 8448 is meant, and neither it nor 443 is open');
    return closed(delegation);
  },
};

const isOpenAtOne = async (context: CheckContext, addresses: readonly Address[], port: number): Promise<boolean> =>
  (await Promise.all(addresses.map((address) => isOpen(context, address, port)))).includes(true);

async function isOpen({ probe }: CheckContext, { address }: Address, port: number): Promise<boolean> {
  try {
    await probe.connect({ address, port });
    return true;
  } catch (error) {
    if (error instanceof ProbeError) return false;
    throw error;
  }
}

const closed = ({ host, by }: Delegation): Verdict => ({
  status: 'fail',
  detail: `${host} is closed at port 8448 (${by}) and open at 443`,
  affects: ['other servers knock at a closed door'],
  cure: cureOf(host, by),
});

function cureOf(host: string, by: Delegation['by']): Cure {
  if (by === 'literal' || by === 'port')
    return { text: 'Listen at port 8448: a name like this one is led nowhere else.' };
  if (by === 'SRV' || by === 'well-known and SRV')
    return { text: `Write port 443 into the SRV record that names ${host}, or open 8448.` };
  return {
    text: 'Write the port, or open 8448:',
    config: { file: '.well-known/matrix/server', lines: [`{"m.server": "${bracketed(host)}:443"}`] },
  };
}
