import { type Check, passes, skips } from '../check.ts';
import { allAddressesOf, noWayTo } from '../facts/addresses.ts';
import { delegationOf } from '../facts/delegation.ts';
import { ProbeError } from '../probe/probe.ts';

export const bothFamilies: Check = {
  id: 'D13',
  group: 'discovery',
  title: 'IPv6 addresses answer as IPv4 ones do',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  needs: ['D9'],
  why: 'Servers with IPv6 try it first. An AAAA record of a host that does not listen there costs every request a time-out, or all of them.',
  async run(context) {
    const { addresses, host, port } = await delegationOf(context);
    const old = addresses.filter(({ family }) => family === 4);
    const sixth = addresses.filter(({ family }) => family === 6);
    const unseen = (await allAddressesOf(context, host)).filter(({ family }) =>
      addresses.every((address) => address.family !== family),
    );
    if (unseen.length > 0) return skips(noWayTo(host, unseen));
    if (old.length === 0 || sixth.length === 0) return skips('the name has addresses of one kind');
    const isOpen = ({ address }: { readonly address: string }): Promise<boolean> =>
      context.probe.connect({ address, port }).then(
        () => true,
        (error: unknown) => {
          if (error instanceof ProbeError) return false;
          throw error;
        },
      );
    const [byFourth, bySixth] = await Promise.all([Promise.all(old.map(isOpen)), Promise.all(sixth.map(isOpen))]);
    const dead = sixth.filter((_, at) => bySixth[at] === false);
    if (dead.length === 0 || !byFourth.includes(true))
      return passes(`${sixth.length} and ${old.length} addresses behave alike`);
    return {
      status: 'warn',
      detail: `${dead.map(({ address }) => address).join(', ')} does not answer at port ${port}, IPv4 does`,
      cure: { text: 'Listen at the IPv6 address, or take the AAAA record out of the DNS.' },
    };
  },
};
