/** A direct message that somebody asks for. */
export interface OpenDirectRequest {
  /** Matrix ids; usernames of the workspace may be among them. */
  readonly users: readonly string[];
  /** Username of the one whose direct message it is. */
  readonly as?: string | undefined;
  /** Only say what would be done. */
  readonly dryRun?: boolean | undefined;
}

export interface OpenDirectView {
  /** `alice.example.org ↔ bob`: who is in it. */
  readonly room: string;
  /** null: it would be opened, where only that was asked for. */
  readonly roomId: string | null;
  readonly matrixRoomId: string | null;
  /** Username of the one whose direct message it is. */
  readonly as: string;
  /** Everybody from Matrix, with their usernames in Rocket.Chat. */
  readonly people: readonly { readonly user: string; readonly username: string }[];
  /** Everybody else of the workspace. */
  readonly colleagues: readonly string[];
  /** False: it was so already. */
  readonly changed: boolean;
  readonly warnings: readonly string[];
  /** What would be done, a line each; only where that alone was asked for. */
  readonly plan?: readonly string[] | undefined;
}
