import {
  ACTION_IN_WORDS,
  type ActionRoles,
  FEDERATION_ACTIONS,
  type FederationAction,
  rolesFor,
  WORKSPACE_PERMISSION,
} from '../../access/federation-roles.ts';
import { RcfedError } from '../../core/errors.ts';
import type { WorkspaceUserId } from '../../core/ids.ts';
import type { WorkspaceUser } from '../../rocketchat/types.ts';
import { keptFresh } from '../kept-fresh.ts';
import type { BridgeParts } from '../parts.ts';
import { createPeopleRoles } from './people-roles.ts';
import { createStoredRoles } from './stored-roles.ts';

/** Somebody of the workspace; who does not know their roles leaves them out. */
export type FederatingPerson = Pick<WorkspaceUser, 'id'> & Partial<Pick<WorkspaceUser, 'roles'>>;

export type MayFederate =
  | { readonly allowed: true }
  /** `why` is a sentence for whoever was refused; `try`: what they, and who runs the bridge, can do. */
  | { readonly allowed: false; readonly why: string; readonly try: readonly string[] };

/** Which people of the workspace may do what beyond it. */
export interface Federation {
  /**
   * By their roles in Rocket.Chat, which count a minute long. The bridge's own bot may do everything.
   * @throws RemoteError: the workspace can't be asked, and was not within the last minute
   */
  mayFederate(person: FederatingPerson, action: FederationAction): Promise<MayFederate>;
  /** @throws RcfedError RCFED_NOT_ALLOWED, with the why and the cure; RemoteError as above */
  assertMayFederate(person: FederatingPerson, action: FederationAction): Promise<void>;
  roles(): Promise<readonly ActionRoles[]>;
  /** In force at once; undefined: as the workspace says again. Answers whether it was otherwise. */
  setRoles(action: FederationAction, roles: readonly string[] | undefined): Promise<boolean>;
}

type Needs = Pick<BridgeParts, 'store' | 'workspace' | 'clock' | 'log'> & { readonly bot: WorkspaceUserId };

export async function createFederation({ store, workspace, clock, log, bot }: Needs): Promise<Federation> {
  const stored = await createStoredRoles(store);
  const rolesOfPerson = createPeopleRoles({ workspace, clock });
  const permitted = keptFresh({
    read: async () => (await workspace.permissions()).get(WORKSPACE_PERMISSION),
    clock,
    onUnread: (error) => log('warn', 'permissions.unread', { reason: String(error) }),
  });
  const rolesOf = async (action: FederationAction): Promise<ActionRoles> => {
    const set = stored.of(action);
    return rolesFor(action, set, set === undefined ? await permitted() : undefined);
  };
  const mayFederate = async (person: FederatingPerson, action: FederationAction): Promise<MayFederate> => {
    if (person.id === bot) return { allowed: true };
    const { roles } = await rolesOf(action);
    const held = person.roles ?? (await rolesOfPerson(person.id));
    return held.some((role) => roles.includes(role)) ? { allowed: true } : refusal(action, roles);
  };
  return {
    mayFederate,
    async assertMayFederate(person, action) {
      const verdict = await mayFederate(person, action);
      if (verdict.allowed) return;
      throw new RcfedError('RCFED_NOT_ALLOWED', `You may not ${ACTION_IN_WORDS[action]}`, verdict);
    },
    roles: () => Promise.all(FEDERATION_ACTIONS.map(rolesOf)),
    setRoles: stored.set,
  };
}

function refusal(action: FederationAction, roles: readonly string[]): MayFederate {
  const who = roles.length === 0 ? 'nobody' : `only people with the role ${roles.join(' or ')}`;
  return {
    allowed: false,
    why: `In this workspace ${who} may ${ACTION_IN_WORDS[action]}.`,
    try: [
      'Ask an admin of the workspace for it.',
      `Who runs the bridge says who may: rcfed federation access roles ${action} ROLE…`,
    ],
  };
}
