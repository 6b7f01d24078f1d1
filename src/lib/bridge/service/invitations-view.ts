/** Somebody on Matrix wants the bot in their room. */
export interface ReceivedInvitationView {
  readonly roomId: string;
  /** null: the room does not say. */
  readonly name: string | null;
  readonly inviter: string;
  /** ISO text; null: not said. */
  readonly since: string | null;
  /** Anybody may join: it would be a channel. */
  readonly open: boolean;
  /** It can't be accepted. */
  readonly encrypted: boolean;
}

/** Somebody was asked into a federated room and has not answered. */
export interface SentInvitationView {
  readonly room: string;
  readonly user: string;
  readonly inviter: string;
  readonly since: string | null;
}

export interface InvitationsView {
  readonly received: readonly ReceivedInvitationView[];
  readonly sent: readonly SentInvitationView[];
  /** Rooms of which it could not be read who is invited. */
  readonly warnings: readonly string[];
}

export interface AcceptRequest {
  /** Id of the Matrix room, or an alias of it. */
  readonly room: string;
  /** Of the Rocket.Chat room; undefined: as on Matrix. */
  readonly name?: string | undefined;
  /** Only say what would be done: the bot does not join. */
  readonly dryRun?: boolean | undefined;
}

export interface RejectView {
  readonly roomId: string;
  /** False: there was no invitation. */
  readonly changed: boolean;
  /** What would be done, a line each; only where that alone was asked for. */
  readonly plan?: readonly string[] | undefined;
}
