import type { Route } from '../route.ts';
import { flag, maybe, shape } from '../validation.ts';
import { takenSeats } from '../user-rules.ts';

/** `licenses.*`: what a workspace says of its licence and its seats. */
export const licenceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'licenses.info',
    params: shape({ loadValues: maybe(flag()) }),
    act: ({ workspace }) => ({ license: { activeModules: [...workspace.licence], tags: [], limits: {} } }),
  },
  {
    method: 'GET',
    path: 'licenses.maxActiveUsers',
    params: shape({}),
    act: ({ workspace }) => ({ maxActiveUsers: workspace.seats ?? null, activeUsers: takenSeats(workspace) }),
  },
];
