import * as v from 'valibot';
import type { AccessList } from '../../bridge/service/views.ts';
import type { ChangeKind } from '../change-kind.ts';
import { putBack } from '../undone.ts';
import { isSameList } from './same-list.ts';
import { throughBridge } from './through-bridge.ts';

const lists = v.array(v.picklist(['allow', 'block']));

export const accessChange = v.object({
  kind: v.literal('access'),
  /** As the rules hold it. */
  pattern: v.string(),
  /** The lists that it was in. */
  from: lists,
  to: lists,
});

/** Where a pattern is, in words. */
const inLists = (names: readonly AccessList[]): string =>
  names.map((name) => (name === 'allow' ? 'allowed' : 'blocked')).join(' and ') || 'in no list';

/** Which Matrix servers are let in. */
export const access: ChangeKind<v.InferOutput<typeof accessChange>> = {
  subject: ({ pattern }) => pattern,
  inWords: ({ pattern, from, to }) => `Access of ${pattern}: ${inLists(from)} → ${inLists(to)}`,
  undo: ({ pattern, from, to }, parts) =>
    throughBridge(parts, async (service) => {
      const rules = await service.accessRules();
      const now = (['allow', 'block'] as const).filter((list) => rules[list].includes(pattern));
      const what = `${pattern} is ${inLists(now)} now`;
      const present = { isAsBefore: isSameList(now, from), isAsLeft: isSameList(now, to), what };
      return await putBack(parts, present, async () => {
        const warnings = new Set<string>();
        // What is to be there comes first: nobody who was blocked gets in meanwhile.
        for (const list of from.filter((each) => !now.includes(each)))
          for (const warning of (await service.changeAccess({ change: list, pattern })).warnings) warnings.add(warning);
        for (const list of now.filter((each) => !from.includes(each)))
          for (const warning of (await service.changeAccess({ change: 'remove', pattern, list })).warnings)
            warnings.add(warning);
        return warnings.size === 0 ? null : [...warnings].join(' ');
      });
    }),
};
