import { type Check, passes, skips } from '../check.ts';
import { subjectOf } from '../context.ts';
import { servicesOf } from '../facts/delegation.ts';
import { namePartsOf } from '../facts/name-parts.ts';
import { wellKnownOf } from '../facts/well-known.ts';

export const whichWins: Check = {
  id: 'D12',
  group: 'discovery',
  title: 'One thing alone says where the server is',
  severity: 'info',
  fix: 'printed',
  about: 'name',
  needs: ['D4', 'D11'],
  why: 'With both a `.well-known` document and SRV records the document wins, and the records are forgotten until somebody changes them and wonders.',
  async run(context) {
    const { host } = namePartsOf(subjectOf(context).name);
    const delegate = (await wellKnownOf(context)).find(({ outcome }) => outcome === 'found')?.delegate;
    const { current, deprecated } = await servicesOf(context, host);
    const records = current.length + deprecated.length;
    if (records === 0) return skips('there is no SRV record');
    if (delegate === undefined) return passes('the SRV record, and no .well-known document');
    return {
      status: 'info',
      detail: `the .well-known document (${delegate}) wins over ${records === 1 ? 'the SRV record' : `${records} SRV records`}`,
      cure: { text: 'Take the SRV records out of the DNS, so that nobody relies on them.' },
    };
  },
};
