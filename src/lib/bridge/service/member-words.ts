import type { MemberChangeView } from './members-view.ts';

const WAS = { in: 'a member', invited: 'invited' } as const;

/** What changing somebody in a room would do, a line each: of an answer to a request with `dryRun`. */
export function memberInWords({ user, outcome, reason, plan }: MemberChangeView): readonly string[] {
  if (plan === undefined || outcome === 'refused')
    return [`= ${user} stays as they are${reason === null ? '' : `: ${reason}`}`];
  const { person, state } = plan;
  if (outcome === 'already') return [`= ${person}: already so`];
  if (state.what === 'role') return [`~ ${person}: ${state.from} → ${state.to}`];
  return [
    ...(state.to !== 'in' && (state.from === 'in' || state.from === 'invited')
      ? [`- ${person}, ${WAS[state.from]}`]
      : []),
    ...(state.to === 'banned' ? [`+ ban of ${person}`] : []),
    ...(state.from === 'banned' && state.to === 'out' ? [`- ban of ${person}`] : []),
    ...(state.from === state.to && state.to === 'out' ? [`- ${person}, on one side`] : []),
  ];
}
