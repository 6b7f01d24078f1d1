import type { Route } from '../route.ts';
import { anything, maybe, shape } from '../validation.ts';
import { takenSeats } from '../user-rules.ts';

/** `licenses.*`: what a workspace says of its seats. */
export const licenceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'licenses.info',
    params: shape({ loadValues: maybe(anything()) }, true),
    act: ({ workspace }) => ({ license: { activeModules: [...workspace.licence] } }),
  },
  {
    method: 'GET',
    path: 'licenses.maxActiveUsers',
    params: shape({}),
    act: ({ workspace }) => ({ maxActiveUsers: workspace.seats ?? null, activeUsers: takenSeats(workspace) }),
  },
];
