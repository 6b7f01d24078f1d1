// What the bridge's service answers: plain data, the same over the admin API and in JSON answers. Times are ISO text.
import type { HealthView, HearingView } from './health-view.ts';
import type { PortalRetention } from '../../store/portal-types.ts';
import type { PersonalService } from './personal-view.ts';
import type { ChangeRoomRequest, ChangeRoomView } from './change-room-view.ts';
import type { OpenDirectRequest, OpenDirectView } from './direct-view.ts';
import type { FederationRolesService } from './roles-view.ts';
import type { StatsView } from './stats-view.ts';
import type { CreateRequest, CreateView } from './create-view.ts';
import type { AcceptRequest, InvitationsView, RejectView } from './invitations-view.ts';
import type { JoinRequest, JoinView } from './join-view.ts';
import type { RehearsalView, RehearseRequest } from './rehearse-view.ts';
import type { ShowView } from './show-view.ts';
import type {
  MemberChange,
  MemberChangeView,
  MembersRequest,
  MembersView,
  ReturnRequest,
  ReturnView,
} from './members-view.ts';

export interface LinkRequest {
  /** Name or id of the Rocket.Chat room. */
  readonly room: string;
  /** `#alias:server` or `!id`; undefined: a new Matrix room. */
  readonly matrixRoom?: string | undefined;
  /** Servers to join through, for a room id. */
  readonly via?: readonly string[] | undefined;
  /** Undefined: as it is, `keep` for a new link. */
  readonly retention?: PortalRetention | undefined;
}

export interface RoomView {
  readonly room: string;
  readonly roomId: string;
  readonly type: 'channel' | 'group' | 'direct message';
  readonly matrixRoomId: string | undefined;
  readonly alias: string | undefined;
  readonly state: 'linking' | 'active' | 'closed';
  /** What becomes of messages on Matrix that are pruned in Rocket.Chat. */
  readonly retention: PortalRetention;
  /** How many people the Matrix room had some minutes ago; only in a list of rooms. */
  readonly matrixMembers?: number | undefined;
  /** Events that are recorded and not yet applied. */
  readonly waiting: number;
  /** Why they wait although both servers work. */
  readonly problems: readonly string[];
}

export interface LinkView {
  readonly room: RoomView;
  /** False: it was so already. */
  readonly changed: boolean;
  readonly warnings: readonly string[];
  /** What would be done, a line each; only where that alone was asked for. */
  readonly plan?: readonly string[] | undefined;
}

/** A federated room that is to be so no longer. */
export interface EndRequest {
  readonly room: string;
  /** Only say what would be done. */
  readonly dryRun?: boolean | undefined;
}

export interface SearchRequest {
  /** Looked for in names, topics and aliases; undefined: every room. */
  readonly term?: string | undefined;
  /** Whose directory; undefined: the homeserver's own. */
  readonly server?: string | undefined;
  /** At most so many rooms; a server may give fewer at once. */
  readonly limit: number;
  /** `next` of the page before. */
  readonly page?: string | undefined;
}

export interface PublicRoomView {
  readonly roomId: string;
  readonly alias: string | null;
  readonly name: string | null;
  readonly topic: string | null;
  readonly members: number;
  /** Whether anybody may join without being asked in. */
  readonly joinable: boolean;
  readonly joinRule: string;
  /** A room of this workspace is linked with it. */
  readonly bridged: boolean;
}

export interface SearchView {
  /** Whose directory it is. */
  readonly server: string;
  readonly rooms: readonly PublicRoomView[];
  readonly next: string | null;
  /** As the server estimates it; null: it doesn't say. */
  readonly total: number | null;
}

export interface AccessRulesView {
  /** The homeserver's name: always let in. */
  readonly own: string;
  /** Empty: everybody who is not blocked. */
  readonly allow: readonly string[];
  readonly block: readonly string[];
}

/** Where a pattern may be; in both lists, it is blocked. */
export type AccessList = 'allow' | 'block';

export interface AccessChangeRequest {
  readonly change: AccessList | 'remove';
  readonly pattern: string;
  /** Which list it is removed from; undefined: both. */
  readonly list?: AccessList | undefined;
  /** Only say what would be changed. */
  readonly dryRun?: boolean | undefined;
}

export interface AccessChangeView extends AccessRulesView {
  readonly pattern: string;
  /** The lists that it was in. */
  readonly from: readonly AccessList[];
  /** The lists that it is in now, or would be. */
  readonly to: readonly AccessList[];
  /** False: it was so already, or nothing was to be done. */
  readonly changed: boolean;
  readonly warnings: readonly string[];
}

export interface AccessCheckView {
  readonly server: string;
  readonly allowed: boolean;
  /** The pattern that decided; null: none fits. */
  readonly rule: string | null;
  readonly why: 'own' | 'blocked' | 'allowed' | 'not on the allow list' | 'no rule';
}

export interface InviteRequest {
  readonly room: string;
  readonly users: readonly string[];
  /** Only say who would be invited. */
  readonly dryRun?: boolean | undefined;
}

export interface InviteView {
  readonly user: string;
  /** `already`: a member, or invited before. `to do`: would be invited, where only that was asked for. */
  readonly outcome: 'invited' | 'already' | 'refused' | 'to do';
  /** Why it was refused. */
  readonly reason: string | null;
}

export interface VerifiedView {
  readonly user: string;
  /** `unknown`: the server shows no such profile, and an invitation may still work. */
  readonly outcome: 'exists' | 'unknown' | 'unreachable' | 'refused';
  readonly displayName: string | null;
  readonly reason: string | null;
}

export interface InviteLinkView {
  readonly room: string;
  /** https://matrix.to/#/… */
  readonly link: string;
  /** Whether whoever opens it may join without being invited. */
  readonly open: boolean;
}

export interface SideView {
  readonly works: boolean;
  readonly waitingFor?: string | undefined;
  readonly since?: string | undefined;
}

export interface StatusView {
  /** False: no bridge runs; what is said comes from the store alone. */
  readonly running: boolean;
  readonly listener?: string | undefined;
  readonly workspace?: (SideView & { readonly realtime: boolean }) | undefined;
  readonly homeserver?: SideView | undefined;
  readonly rooms: number;
  readonly relayed: { readonly toMatrix: number; readonly toWorkspace: number };
  readonly people: { readonly ghosts: number; readonly puppets: number };
  readonly waiting: readonly { readonly room: string; readonly events: number; readonly since: string }[];
  readonly setAside: number;
  /** Events that were not carried over because their server is not admitted. */
  readonly blocked: number;
}

export interface TraceStep {
  readonly side: 'workspace' | 'homeserver';
  readonly ref: string;
  readonly type: string;
  /** waiting, done, set aside, folded into one that is set aside */
  readonly state: 'pending' | 'done' | 'aside' | 'folded';
  readonly outcome: string | undefined;
  readonly received: string;
  readonly settled: string | undefined;
  readonly room: string | undefined;
  readonly late: boolean;
  readonly attempts: readonly {
    readonly step: string;
    readonly started: string;
    readonly ended: string | undefined;
    readonly answer: string | undefined;
    readonly detail: string | undefined;
  }[];
}

export interface TraceView {
  readonly messageId: string | undefined;
  readonly eventIds: readonly string[];
  readonly deleted: boolean;
  readonly steps: readonly TraceStep[];
}

export interface AsideView {
  readonly id: number;
  readonly side: 'workspace' | 'homeserver';
  readonly room: string | undefined;
  readonly ref: string;
  readonly type: string;
  readonly reason: string;
  readonly detail: string;
  readonly since: string;
  readonly senderTold: boolean;
}

export interface AsideRequest {
  readonly id: number;
  /** Only say what would be changed. */
  readonly dryRun?: boolean | undefined;
}

export interface AsideChangeView {
  /** Whether it was set aside when it was asked about. */
  readonly wasAside: boolean;
  /** False: it was not set aside any more, or nothing was to be done. */
  readonly changed: boolean;
}

export interface BridgeService extends FederationRolesService, PersonalService {
  create(request: CreateRequest): Promise<CreateView>;
  join(request: JoinRequest): Promise<JoinView>;
  invitations(): Promise<InvitationsView>;
  acceptInvitation(request: AcceptRequest): Promise<JoinView>;
  rejectInvitation(request: EndRequest): Promise<RejectView>;
  leave(request: EndRequest & { readonly archive?: boolean | undefined }): Promise<LinkView>;
  show(request: { readonly room: string }): Promise<ShowView>;
  delete(request: EndRequest): Promise<LinkView>;
  link(request: LinkRequest): Promise<LinkView>;
  /** Changes nothing. */
  rehearse(request: RehearseRequest): Promise<RehearsalView>;
  unlink(request: EndRequest): Promise<LinkView>;
  rooms(): Promise<readonly RoomView[]>;
  /** One page of a room directory, without spaces. */
  search(request: SearchRequest): Promise<SearchView>;
  accessRules(): Promise<AccessRulesView>;
  /** In force at once, and written into the Matrix rooms that the bot may change. */
  changeAccess(request: AccessChangeRequest): Promise<AccessChangeView>;
  checkAccess(request: { readonly server: string }): Promise<AccessCheckView>;
  /** At most 50 at once; in the order in which they were named. */
  invite(request: InviteRequest): Promise<readonly InviteView[]>;
  /** At most 50 at once; looks at their profiles. */
  verify(request: { readonly users: readonly string[] }): Promise<readonly VerifiedView[]>;
  /** One page: the people of the workspace first, then those of Matrix. */
  members(request: MembersRequest): Promise<MembersView>;
  /** At most 50 at once, each by themselves; in the order in which they were named. */
  changeMembers(request: MemberChange): Promise<readonly MemberChangeView[]>;
  /** Brings back somebody who was removed: a colleague is a member at once, people elsewhere are invited. */
  returnMember(request: ReturnRequest): Promise<ReturnView>;
  inviteLink(request: { readonly room: string }): Promise<InviteLinkView>;
  openDirect(request: OpenDirectRequest): Promise<OpenDirectView>;
  changeRoom(request: ChangeRoomRequest): Promise<ChangeRoomView>;
  stats(request: { readonly days: number }): Promise<StatsView>;
  status(): Promise<StatusView>;
  health(): Promise<HealthView>;
  hearing(): Promise<HearingView>;
  /** `ref`: message id, event id, or a link to either. */
  trace(request: { readonly ref: string }): Promise<TraceView>;
  asideRows(): Promise<readonly AsideView[]>;
  /** With the recorded body, if it is still kept. */
  showAside(request: { readonly id: number }): Promise<AsideView & { readonly body: unknown }>;
  retryAside(request: AsideRequest): Promise<AsideChangeView>;
  dropAside(request: AsideRequest): Promise<AsideChangeView>;
}
