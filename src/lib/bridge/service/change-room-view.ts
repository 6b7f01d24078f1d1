/** What is left out stays. */
export interface ChangeRoomRequest {
  readonly room: string;
  readonly topic?: string | undefined;
  readonly name?: string | undefined;
  /** Only say what would be done. */
  readonly dryRun?: boolean | undefined;
}

export interface ChangeRoomView {
  /** As it was called before. */
  readonly room: string;
  readonly roomId: string;
  readonly name: string;
  readonly topic: string;
  readonly before: { readonly name: string; readonly topic: string };
  /** False: it was so already. */
  readonly changed: boolean;
  /** What would be done, a line each; only where that alone was asked for. */
  readonly plan?: readonly string[] | undefined;
}
