import type { Route } from '../route.ts';
import { shape } from '../validation.ts';
import { takenSeats } from '../user-rules.ts';

/** `licenses.*`: what a workspace says of its seats. */
export const licenceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: 'licenses.maxActiveUsers',
    params: shape({}),
    act: ({ workspace }) => ({ maxActiveUsers: workspace.seats ?? null, activeUsers: takenSeats(workspace) }),
  },
];
