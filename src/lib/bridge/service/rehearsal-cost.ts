import type { RehearsalView } from './rehearse-view.ts';

/** Looked up, made, logged in, given a token and a picture, added to the room. */
const REQUESTS_A_PUPPET = 7;
/** Registered, given a device, a name and a picture (made and uploaded), invited, joined. */
const REQUESTS_A_GHOST = 8;
/** The room itself: looked up, joined, claimed, described. */
const REQUESTS_A_LINK = { workspace: 4, homeserver: 12 } as const;
/**
 * `login` is the one request of a puppet that counts against `API_Enable_Rate_Limiter_Limit_Calls_Default`, 10 in 60 s
 * for an address: the bot and puppets, once they are logged in, bypass the limiter.
 */
const LOGINS_A_MINUTE = 10;
/** An application service is not limited by the homeserver; one that works alone answers about so many. */
const HOMESERVER_REQUESTS_A_MINUTE = 600;

/** An estimate, for when everybody appears at once; in truth each does when they first speak. */
export function rehearsalCost(ghosts: number, puppets: number): RehearsalView['cost'] {
  const homeserverRequests = REQUESTS_A_LINK.homeserver + ghosts * REQUESTS_A_GHOST;
  return {
    workspaceRequests: REQUESTS_A_LINK.workspace + puppets * REQUESTS_A_PUPPET,
    homeserverRequests,
    minutes: Math.ceil(Math.max(puppets / LOGINS_A_MINUTE, homeserverRequests / HOMESERVER_REQUESTS_A_MINUTE)),
  };
}
