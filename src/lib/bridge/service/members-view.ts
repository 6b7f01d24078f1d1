/** What the service says of the people in a room: plain data, as in `views.ts`. */
export interface MembersRequest {
  readonly room: string;
  /** At most so many people; a page may have fewer. 1 to 100. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly page?: string | undefined;
}

/** `none`: a member like any other. */
export type MemberRole = 'owner' | 'moderator' | 'muted' | 'none';

export interface MemberView {
  /** `@bob` in Rocket.Chat, `@alice:example.org` on Matrix. */
  readonly user: string;
  readonly name: string;
  /** Where they belong. */
  readonly side: 'workspace' | 'matrix';
  readonly role: MemberRole;
  readonly membership: 'joined' | 'invited' | 'banned';
  /** The account that stands for them on the other side; null: none yet. */
  readonly counterpart: string | null;
}

export interface MembersView {
  readonly room: string;
  readonly members: readonly MemberView[];
  /** Of the next page; null: this is the last one. */
  readonly next: string | null;
}

export interface MemberChange {
  readonly room: string;
  /** Usernames and Matrix ids. */
  readonly users: readonly string[];
  /** What is to be done, or the role that is to be given. */
  readonly change: 'kick' | 'ban' | 'unban' | MemberRole;
  /** Shown on Matrix; Rocket.Chat has no place for it. */
  readonly reason?: string | undefined;
  /** Only say what would be changed, as far as it can be told before. */
  readonly dryRun?: boolean | undefined;
  /** Nobody who is an owner becomes something less. */
  readonly sparesOwners?: boolean | undefined;
}

/** How somebody stands to a room; banned on one side, they are banned. */
export type MemberStanding = 'in' | 'invited' | 'out' | 'banned';

/** What somebody is in a room, and what they are to be. */
export interface MemberPlan {
  /** Name and id of the Rocket.Chat room. */
  readonly room: string;
  readonly roomId: string;
  /** Username or Matrix id, in one writing. */
  readonly person: string;
  readonly state:
    | { readonly what: 'standing'; readonly from: MemberStanding; readonly to: MemberStanding }
    | { readonly what: 'role'; readonly from: MemberRole; readonly to: MemberRole };
}

export interface MemberChangeView {
  readonly user: string;
  /** `already`: it was so before. `to do`: with `dryRun`. */
  readonly outcome: 'done' | 'already' | 'refused' | 'to do';
  /** Why it was refused, or what was left out on one side. */
  readonly reason: string | null;
  /** With `dryRun`, of somebody who is known. */
  readonly plan?: MemberPlan | undefined;
}

export interface ReturnRequest {
  readonly room: string;
  /** Username, or Matrix id. */
  readonly user: string;
}

export interface ReturnView {
  readonly outcome: 'member' | 'invited' | 'refused';
  /** Why it was refused. */
  readonly reason: string | null;
}
