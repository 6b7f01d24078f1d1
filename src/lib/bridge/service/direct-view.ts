/** A direct message that somebody asks for. */
export interface OpenDirectRequest {
  /** Matrix ids; usernames of the workspace may be among them. */
  readonly users: readonly string[];
  /** Username of the one whose direct message it is. */
  readonly as?: string | undefined;
}

export interface OpenDirectView {
  /** `alice.example.org ↔ bob`: who is in it. */
  readonly room: string;
  readonly roomId: string;
  readonly matrixRoomId: string;
  /** Username of the one whose direct message it is. */
  readonly as: string;
  /** Everybody from Matrix, with their usernames in Rocket.Chat. */
  readonly people: readonly { readonly user: string; readonly username: string }[];
  /** Everybody else of the workspace. */
  readonly colleagues: readonly string[];
  /** False: it was so already. */
  readonly changed: boolean;
  readonly warnings: readonly string[];
}
