/** What the bridge's service answers: plain data, the same over the admin API and in JSON answers. Times are ISO text. */

export interface LinkRequest {
  /** Name or id of the Rocket.Chat room. */
  readonly room: string;
  /** `#alias:server` or `!id`; undefined: a new Matrix room. */
  readonly matrixRoom?: string | undefined;
  /** Servers to join through, for a room id. */
  readonly via?: readonly string[] | undefined;
}

export interface RoomView {
  readonly room: string;
  readonly roomId: string;
  readonly type: 'channel' | 'group' | 'direct message';
  readonly matrixRoomId: string | undefined;
  readonly alias: string | undefined;
  readonly state: 'linking' | 'active' | 'closed';
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

export interface BridgeService {
  link(request: LinkRequest): Promise<LinkView>;
  unlink(request: { readonly room: string }): Promise<LinkView>;
  rooms(): Promise<readonly RoomView[]>;
  status(): Promise<StatusView>;
  /** `ref`: message id, event id, or a link to either. */
  trace(request: { readonly ref: string }): Promise<TraceView>;
  asideRows(): Promise<readonly AsideView[]>;
  /** With the recorded body, if it is still kept. */
  showAside(request: { readonly id: number }): Promise<AsideView & { readonly body: unknown }>;
  retryAside(request: { readonly id: number }): Promise<{ readonly changed: boolean }>;
  dropAside(request: { readonly id: number }): Promise<{ readonly changed: boolean }>;
}
