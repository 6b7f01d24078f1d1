import type { HomeserverFacts } from './homeserver-facts.ts';
import type { Mode } from './mode.ts';
import { OLD_HOMESERVER, type WorkspaceFacts } from './workspace-facts.ts';

/** Names of rooms that a sentence still reads well with. */
const MOST_NAMED = 5;
/** What the setting is unless somebody, or the chart, changed it. */
const UNSET_HOMESERVER = 'http://localhost:8008';

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
  return [
    ...otherWays(mode, workspace),
    ...oldRooms(mode, workspace),
    ...oldAccounts(mode, workspace),
    ...takenNames(mode, homeserver, prefix),
  ];
}

function otherWays(mode: Mode, { settings }: WorkspaceFacts): readonly string[] {
  return [
    ...(mode !== 'native' && settings.get('Federation_Service_Enabled') === true
      ? [
          "Rocket.Chat's own federation is on (Federation_Service_Enabled): it must not serve the same server name as the homeserver.",
        ]
      : []),
    ...(mode !== 'legacy' && settings.get('Federation_Matrix_enabled') === true
      ? [
          "Rocket.Chat's older bridge is still switched on (Federation_Matrix_enabled); from 7.11 on it does nothing.",
          ...unusedSynapse(settings),
        ]
      : []),
  ];
}

/** Rocket.Chat's chart starts one with `federation.enabled`, also for versions that have no bridge for it any more. */
function unusedSynapse(settings: WorkspaceFacts['settings']): readonly string[] {
  const url = settings.get(OLD_HOMESERVER);
  if (typeof url !== 'string' || url === '' || url === UNSET_HOMESERVER) return [];
  return [
    `A homeserver was set up for it at ${url}. If it is the one that Rocket.Chat's Helm chart starts, nothing uses it any more: federation.enabled: false in its values takes it away.`,
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

function oldAccounts(mode: Mode, { matrixAccounts, settings }: WorkspaceFacts): readonly string[] {
  if (mode !== 'bridge' || matrixAccounts.length === 0 || settings.get('Federation_Service_Enabled') === true)
    return [];
  const named = matrixAccounts.slice(0, MOST_NAMED).join(', ');
  return [
    `${matrixAccounts.length === 1 ? 'An account' : `${matrixAccounts.length} accounts`} of people on Matrix ${matrixAccounts.length === 1 ? 'is' : 'are'} left of Rocket.Chat's own, removed bridge: ${named}. Nobody reads what is written to them; deactivate them in Administration, Users. This bridge makes new ones.`,
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
