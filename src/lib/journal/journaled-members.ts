import type { MemberChange, MemberChangeView } from '../bridge/service/members-view.ts';
import type { BridgeService } from '../bridge/service/views.ts';
import type { ChangeOf } from './change.ts';
import type { Notebook } from './notebook.ts';

/**
 * Changes people in a room, and writes down each who becomes another.
 * @param planned what the service answered to the same with `dryRun`
 */
export function changeJournaledMembers(
  service: Pick<BridgeService, 'changeMembers'>,
  notebook: Notebook,
  request: MemberChange,
  planned: readonly MemberChangeView[],
): Promise<readonly MemberChangeView[]> {
  return notebook.changing(
    planned.flatMap(entryOf),
    () => service.changeMembers(request),
    (entry, done) => {
      const users = planned.filter(({ plan }) => plan?.person === entry.person).map(({ user }) => user);
      return done.some(({ user, outcome }) => outcome === 'done' && users.includes(user)) ? entry : undefined;
    },
  );
}

/** Who is refused, as far as reading tells it, is tried all the same: the server has the last word. */
function entryOf({ plan }: MemberChangeView): (ChangeOf<'membership'> | ChangeOf<'role'>)[] {
  if (plan === undefined || plan.state.from === plan.state.to) return [];
  const { room, roomId, person, state } = plan;
  return state.what === 'standing'
    ? [{ kind: 'membership', room, roomId, person, from: state.from, to: state.to }]
    : [{ kind: 'role', room, roomId, person, from: state.from, to: state.to }];
}
