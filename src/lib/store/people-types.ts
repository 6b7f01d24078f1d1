import type { MatrixUserId, WorkspaceUserId } from '../core/ids.ts';
import type { Secret } from '../core/secret.ts';
import type { PortalId } from './portal-types.ts';

export interface Person {
  readonly id: number;
  /** ghost: a Rocket.Chat user's Matrix account. puppet: a Matrix user's Rocket.Chat account. */
  readonly kind: 'ghost' | 'puppet';
  readonly matrixUserId: MatrixUserId;
  /** undefined only for a puppet not yet made. */
  readonly workspaceUserId: WorkspaceUserId | undefined;
  readonly username: string;
  readonly displayName: string;
  /** mxc URL or avatar etag last set, undefined: none. */
  readonly avatar: string | undefined;
  /** Puppet: its personal access token. */
  readonly token: Secret | undefined;
  /** Puppet: its password, to log in again. */
  readonly password: Secret | undefined;
  /** Account, device and profile are in place. */
  readonly ready: boolean;
}

/** A person without their secrets. */
export type Profile = Omit<Person, 'token' | 'password'>;

export type NewPerson = Omit<Person, 'id'>;

export interface People {
  byMatrixUser(id: MatrixUserId): Promise<Person | undefined>;
  byWorkspaceUser(id: WorkspaceUserId): Promise<Person | undefined>;
  byUsername(kind: Person['kind'], username: string): Promise<Person | undefined>;
  /** All of that kind. */
  profiles(kind: Person['kind']): Promise<readonly Profile[]>;
  /** Those of that kind who are members of the portal and are shown by that name; at most two. */
  membersNamed(portalId: PortalId, kind: Person['kind'], displayName: string): Promise<readonly Profile[]>;
  /** All of that kind who are members of the portal. */
  members(portalId: PortalId, kind: Person['kind']): Promise<readonly Profile[]>;
  /** Unique by Matrix user and by workspace user; a second person with one of them throws. */
  add(person: NewPerson): Promise<Person>;
  update(id: number, change: Partial<NewPerson>): Promise<Person>;
  isMember(portalId: PortalId, personId: number): Promise<boolean>;
  setMember(portalId: PortalId, personId: number, member: boolean): Promise<void>;
  count(): Promise<{ ghosts: number; puppets: number }>;
}
