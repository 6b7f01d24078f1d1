/** What only the bridge itself can say of how it is, for `federation diagnose`. */
export interface HealthView {
  /** Names this bridge and its workspace in the rooms' state. */
  readonly bridgeId: string;
  readonly workspaceId: string;
  /** Accounts of people from Matrix whose tokens were tried, and the user names of those that were refused. */
  readonly puppets: { readonly tried: number; readonly refused: readonly string[] };
  /**
   * Channels and private groups: when anything was last recorded or carried over, either way; null: nothing yet. Our
   * own messages are not recorded as they come back, so what one side wrote alone says nothing.
   */
  readonly rooms: readonly { readonly room: string; readonly roomId: string; readonly lastActive: string | null }[];
}

/** Whether the live connection brings what is written, tried with a message of the bot to itself. */
export interface HearingView {
  /** null: it did not come in time, or was not written. */
  readonly durationMs: number | null;
  /** Why the workspace let the bot write nothing to itself (`Message_AllowDirectMessagesToYourself`); null: it did. */
  readonly refused: string | null;
}
