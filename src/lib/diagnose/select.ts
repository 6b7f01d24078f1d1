import { RcfedError } from '../core/errors.ts';
import type { Check } from './check.ts';

/**
 * The checks named by `only`, with what they need; all of them where it is empty.
 *
 * @throws RcfedError RCFED_CHECK_UNKNOWN for an id that no check has
 */
export function selectChecks(
  checks: readonly Check[],
  { only, skip }: { readonly only: readonly string[]; readonly skip: readonly string[] },
): readonly Check[] {
  const byId = new Map(checks.map((check) => [check.id, check]));
  const unknown = [...only, ...skip].filter((id) => !byId.has(id));
  if (unknown.length > 0) throw new RcfedError('RCFED_CHECK_UNKNOWN', `There is no check ${unknown.join(', ')}`);
  if (only.length === 0) return checks;
  const wanted = new Set<string>();
  const add = (id: string): void => {
    if (wanted.has(id)) return;
    wanted.add(id);
    const { needs = [], reads = [] } = byId.get(id) ?? {};
    for (const other of [...needs, ...reads]) add(other);
  };
  for (const id of only) add(id);
  return checks.filter(({ id }) => wanted.has(id));
}
