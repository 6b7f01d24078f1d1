import * as v from 'valibot';
import { FEDERATION_ACTIONS, rolesInWords } from '../../access/federation-roles.ts';
import type { ChangeKind } from '../change-kind.ts';
import { putBack } from '../undone.ts';
import { isSameList } from './same-list.ts';
import { throughBridge } from './through-bridge.ts';

const roles = v.nullable(v.array(v.string()));

export const federationRolesChange = v.object({
  kind: v.literal('federation-roles'),
  action: v.picklist(FEDERATION_ACTIONS),
  /** Names of the roles that were set; null: none were, it was as the workspace says. */
  from: roles,
  to: roles,
});

type Roles = v.InferOutput<typeof roles>;

const isSame = (one: Roles, other: Roles): boolean =>
  one === null || other === null ? one === other : isSameList(one, other);

/** Which roles of the workspace may do something beyond it. */
export const federationRoles: ChangeKind<v.InferOutput<typeof federationRolesChange>> = {
  subject: ({ action }) => action,
  inWords: ({ action, from, to }) => `Roles that may ${action}: ${rolesInWords(from)} → ${rolesInWords(to)}`,
  undo: ({ action, from, to }, parts) =>
    throughBridge(parts, async (service) => {
      const found = (await service.federationRoles()).roles.find((each) => each.action === action);
      const now = found?.from === 'set' ? [...found.roles] : null;
      const what = `${action} is set to ${rolesInWords(now)} now`;
      const present = { isAsBefore: isSame(now, from), isAsLeft: isSame(now, to), what };
      return await putBack(parts, present, async () => {
        await service.setFederationRoles({ actions: [action], roles: from });
      });
    }),
};
