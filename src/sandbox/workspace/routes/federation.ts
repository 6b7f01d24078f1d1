import { type AuthenticatedCall, optionalTexts, type RawAnswer, type Route } from '../route.ts';
import { list, shape, text } from '../validation.ts';

/**
 * `federation/*`: what Rocket.Chat's own ways to federate say of themselves. The sandbox has neither, so its tests
 * say what was found (`workspace.federation`).
 */
export const federationRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'federation/matrixIds.verify',
    params: shape({ matrixIds: list(text(), false) }),
    act: ({ workspace, params }) => ({
      results: Object.fromEntries(
        (optionalTexts(params, 'matrixIds') ?? []).map((id) => [
          id,
          workspace.federation.verified.get(id) ?? 'UNABLE_TO_VERIFY',
        ]),
      ),
    }),
  },
  {
    method: 'GET',
    path: 'federation/configuration.verify',
    // Of the older bridge, which 8.0 no longer has.
    exists: ({ major }) => major < 8,
    permission: 'view-privileged-setting',
    act: ownVerdict,
  },
];

/** What is wrong comes with 400, in the same fields. */
function ownVerdict({ workspace }: AuthenticatedCall): RawAnswer {
  const { appservice, externalReachability } = workspace.federation.verdict;
  const success = appservice.ok && externalReachability.ok;
  return {
    raw: true,
    status: success ? 200 : 400,
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ appservice, externalReachability, success }),
  };
}
