import type { RoomView } from './views.ts';

/** The Rocket.Chat half of a federated room, as it is now. */
export interface WorkspaceHalfView {
  readonly displayName: string;
  readonly topic: string;
  readonly members: number;
  readonly archived: boolean;
  readonly readOnly: boolean;
  readonly encrypted: boolean;
  /** ISO text; null: none yet. */
  readonly lastMessage: string | null;
}

/** The Matrix half. */
export interface MatrixHalfView {
  readonly name: string | null;
  readonly topic: string | null;
  readonly version: string;
  readonly joinRule: string;
  readonly historyVisibility: string;
  /** Whether the homeserver's room directory shows it. */
  readonly listed: boolean;
  readonly encrypted: boolean;
  readonly members: number;
  /** Of the bot; null: above every level, as the creator of a room of version 12 or later. */
  readonly power: number | null;
  /** ISO text; null: nothing to be seen. */
  readonly lastEvent: string | null;
}

export interface ShowView {
  readonly room: RoomView;
  /** null: the bot does not see it, or it is gone. */
  readonly workspace: WorkspaceHalfView | null;
  /** null: the bot is not in it, or it is not made yet. */
  readonly matrix: MatrixHalfView | null;
  /** Events that could not be applied and are kept. */
  readonly setAside: number;
}
