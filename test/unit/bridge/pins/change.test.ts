import fc from '../../../support/properties.ts';
import { describe, expect, test } from 'vitest';
import { changeOf } from '../../../../src/lib/bridge/pins/intent.ts';
import type { MessageId } from '../../../../src/lib/core/ids.ts';

const none = { pinned: [], unpinned: [] };
const ids = (text: string): MessageId[] => [...text] as MessageId[];
const set = (text: string): ReadonlySet<MessageId> => new Set(ids(text));
const some = fc.subarray(ids('abcdef')).map((list) => new Set(list));

describe('what has to change on the other side', () => {
  test('is what differs from what both sides had', () => {
    expect(changeOf(set('ab'), set('bc'), none)).toEqual({ pinned: ids('a'), unpinned: ids('c') });
    expect(changeOf(set('ab'), set('ab'), none)).toEqual(none);
  });

  test('is also what an earlier try made of it and nobody wants any more', () => {
    expect(changeOf(set(''), set(''), { pinned: ids('a'), unpinned: [] })).toEqual({ pinned: [], unpinned: ids('a') });
    expect(changeOf(set('a'), set('a'), { pinned: [], unpinned: ids('a') })).toEqual({
      pinned: ids('a'),
      unpinned: [],
    });
  });

  test('makes the other side the same, however much of earlier tries was done', () => {
    const earlierTry = fc.record({ pinned: fc.subarray(ids('abcdef')), unpinned: fc.subarray(ids('abcdef')) });
    fc.assert(
      fc.property(some, some, earlierTry, fc.nat(), (present, settled, earlier, done) => {
        // The other side had what was settled, and then any part of the earlier try.
        const other = new Set(settled);
        const steps = [
          ...earlier.pinned.map((id) => () => other.add(id)),
          ...earlier.unpinned.map((id) => () => other.delete(id)),
        ];
        for (const step of steps.slice(0, done % (steps.length + 1))) step();
        const change = changeOf(present, settled, earlier);
        for (const id of change.pinned) other.add(id);
        for (const id of change.unpinned) other.delete(id);
        expect([...other].toSorted()).toEqual([...present].toSorted());
      }),
    );
  });
});
