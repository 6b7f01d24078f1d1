import type { HomeserverFacts } from './homeserver-facts.ts';
import type { Mode } from './mode.ts';
import type { WorkspaceFacts } from './workspace-facts.ts';

/** Names of rooms that a sentence still reads well with. */
const MOST_NAMED = 5;

/**
 * What is there already and gets into the way, or looks as if it did something: other ways to federate that are
 * on, and what Rocket.Chat's own bridge left when it was taken out.
 */
export function leftovers(
  mode: Mode,
  workspace: WorkspaceFacts,
  homeserver: HomeserverFacts | undefined,
  prefix: string,
): readonly string[] {
  return [...otherWays(mode, workspace), ...oldRooms(mode, workspace), ...takenNames(mode, homeserver, prefix)];
}

function otherWays(mode: Mode, { settings }: WorkspaceFacts): readonly string[] {
  return [
    ...(mode !== 'native' && settings.get('Federation_Service_Enabled') === true
      ? [
          "Rocket.Chat's own federation is on (Federation_Service_Enabled): it must not serve the same server name as the homeserver.",
        ]
      : []),
    ...(mode !== 'legacy' && settings.get('Federation_Matrix_enabled') === true
      ? ["Rocket.Chat's older bridge is still switched on (Federation_Matrix_enabled); from 7.11 on it does nothing."]
      : []),
  ];
}

function oldRooms(mode: Mode, { federatedRooms, settings }: WorkspaceFacts): readonly string[] {
  if (mode !== 'bridge' || federatedRooms.length === 0 || settings.get('Federation_Service_Enabled') === true)
    return [];
  const named = federatedRooms.slice(0, MOST_NAMED).join(', ');
  const more = federatedRooms.length > MOST_NAMED ? ` and ${federatedRooms.length - MOST_NAMED} more` : '';
  return [
    `${federatedRooms.length === 1 ? 'A room is' : `${federatedRooms.length} rooms are`} marked as federated by Rocket.Chat's own, removed bridge, and dead: ${named}${more}. Make new rooms and link those.`,
  ];
}

function takenNames(mode: Mode, homeserver: HomeserverFacts | undefined, prefix: string): readonly string[] {
  if (mode !== 'bridge' || homeserver === undefined || homeserver.knows) return [];
  if (homeserver.anybody === 'reserved')
    return [
      "An application service of the homeserver has taken every name, as the registration of Rocket.Chat's removed bridge does (regex: .*). Take it out of app_service_config_files, or the bridge can make no ghosts.",
    ];
  return [
    ...(homeserver.ghost === 'reserved'
      ? [
          `Another application service of the homeserver has taken names that begin with ${prefix}. Choose another one: --prefix rocket_`,
        ]
      : []),
    ...(homeserver.bot === 'taken'
      ? ["The name of the bridge's bot is that of an account on the homeserver already."]
      : []),
    ...(homeserver.bot === 'reserved'
      ? ["Another application service of the homeserver has taken the name of the bridge's bot."]
      : []),
  ];
}
