import { type Check, passes, skips } from '../check.ts';
import { addressesOf } from '../facts/addresses.ts';
import { objectOf } from '../facts/ask-server.ts';
import { ProbeError } from '../probe/probe.ts';

const REGISTRY = 'registry.npmjs.org';

export const newerVersion: Check = {
  id: 'L7',
  group: 'machine',
  title: 'This is the newest rcfed',
  severity: 'info',
  fix: 'printed',
  when: 'updates',
  why: 'Only asked for with `--check-updates`: rcfed connects to no host that nobody named.',
  async run(context) {
    const { rcfed } = context.machine;
    try {
      const [address] = await addressesOf(context, REGISTRY);
      if (address === undefined) return skips(`${REGISTRY} is not reached from here`);
      const asked = await context.probe.ask({
        address: address.address,
        host: REGISTRY,
        port: 443,
        path: '/rcfed/latest',
        verified: true,
      });
      const latest = objectOf(asked)?.['version'];
      if (typeof latest !== 'string') return skips(`${REGISTRY} does not know rcfed`);
      if (!isOlder(rcfed, latest)) return passes(rcfed);
      return {
        status: 'info',
        detail: `${latest} is out; this is ${rcfed}`,
        cure: { text: 'Update it:', commands: ['npm install --global rcfed@latest'] },
      };
    } catch (error) {
      if (error instanceof ProbeError || (error as Error).name === 'NameError')
        return skips(`${REGISTRY} is not reached from here`);
      throw error;
    }
  },
};

function isOlder(one: string, other: string): boolean {
  const [ours, theirs] = [one, other].map((text) => text.split(/[.-]/).map((part) => Number.parseInt(part, 10) || 0));
  for (let at = 0; at < 3; at += 1) {
    const difference = (ours?.[at] ?? 0) - (theirs?.[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
