import { isDeepStrictEqual } from 'node:util';

/** Whether two lists hold the same, in whatever order. */
export const isSameList = (one: readonly string[], other: readonly string[]): boolean =>
  isDeepStrictEqual(one.toSorted(), other.toSorted());
