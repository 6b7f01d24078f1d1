import { randomBytes, randomInt } from 'node:crypto';
import type { Clock } from '../../lib/core/clock.ts';
import type {
  EventId,
  MatrixRoomId,
  MatrixUserId,
  MessageId,
  WorkspaceRoomId,
  WorkspaceUserId,
} from '../../lib/core/ids.ts';
import type { MatrixApi } from '../../lib/matrix/types.ts';
import type { MessageToSend, WorkspaceApi } from '../../lib/rocketchat/types.ts';
import type { PlaceKind } from './feature.ts';
import type { SampleFile } from './file-content.ts';
import type { Live } from './live.ts';
import type { MatrixReader } from './matrix-reader.ts';
import { until } from './until.ts';
import type { WorkspaceReader } from './workspace-reader.ts';

/** A room that both sides have. */
export interface Place {
  readonly kind: PlaceKind;
  readonly type: 'c' | 'p' | 'd';
  readonly name: string;
  readonly id: WorkspaceRoomId;
  readonly matrixId: MatrixRoomId;
  /** Larger than what crosses: bob uploaded it before the workspace's limit was lowered, and has yet to post it. */
  readonly tooLargeFile: { readonly id: string; readonly fileName: string };
  /** As alice reads it, and as bob does. */
  readonly matrix: MatrixReader;
  readonly workspace: WorkspaceReader;
}

/** Who and what there is in every scene. */
export interface Cast {
  /** On Matrix, a moderator of the rooms there (power 50). */
  readonly alice: MatrixApi;
  /** Uploads as alice, one file after the other: Synapse lets nobody begin more than five at once. Answers the address. */
  aliceUploads(file: SampleFile): Promise<string>;
  /** In Rocket.Chat, the owner of the rooms there. */
  readonly bob: WorkspaceApi;
  /** In Rocket.Chat, a bot that is in none of the rooms: it may write under any name, as webhooks do. */
  readonly hooks: WorkspaceApi;
  /** What bob's client asks of the workspace and the bridge never does. */
  bobAsks(endpoint: string, body: Readonly<Record<string, unknown>>): Promise<void>;
  /** The workspace's admin. */
  readonly admin: WorkspaceApi;
  /** Somebody new in Rocket.Chat. */
  newColleague(username: string): { readonly account: WorkspaceApi; readonly id: WorkspaceUserId };
  /** Somebody new on Matrix. */
  newGuest(localpart: string): Promise<MatrixApi>;
  /** bob on Matrix. */
  readonly ghost: MatrixUserId;
  /** alice's account in Rocket.Chat. */
  readonly puppet: string;
  readonly workspaceUrl: string;
  /** For what the clients do not ask. */
  readonly fetch: typeof globalThis.fetch;
  /** What is of the moment, as both see it. */
  readonly live: Live;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Where one row plays. */
export interface Scene extends Cast {
  readonly place: Place;
  /** The place's. */
  readonly matrix: MatrixReader;
  readonly workspace: WorkspaceReader;
  /** A word that is nowhere else. */
  readonly mark: string;
  /** As alice, in the place; a text or a whole content. */
  aliceSays(content: string | Readonly<Record<string, unknown>>, type?: string): Promise<EventId>;
  /** As anybody in Rocket.Chat, in the place. */
  says(account: WorkspaceApi, text: string): Promise<MessageId>;
  /** As bob, in the place. */
  bobSays(text: string, more?: Partial<Omit<MessageToSend, 'roomId' | 'text'>>): Promise<MessageId>;
  /** For requests of alice that take one: each is new. */
  transactionId(): string;
  /** Waits until it no longer throws, 30 s unless told. Only for `prepare`: the rest is asked again by whoever runs the row. */
  until<T>(check: () => Promise<T>, withinMs?: number): Promise<T>;
}

const SETTLED_WITHIN_MS = 60_000;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** A word that nobody used before. */
export const newMark = (): string => Array.from({ length: 10 }, () => LETTERS[randomInt(LETTERS.length)]).join('');

export function createScene(cast: Cast, place: Place): Scene {
  const transactionId = (): string => randomBytes(12).toString('base64url');
  const says: Scene['says'] = async (account, text) => {
    const id = messageId();
    await account.sendMessage({ id, roomId: place.id, text });
    return id;
  };
  return {
    ...cast,
    place,
    matrix: place.matrix,
    workspace: place.workspace,
    mark: newMark(),
    aliceSays: (content, type = 'm.room.message') =>
      cast.alice.sendEvent(
        place.matrixId,
        type,
        transactionId(),
        typeof content === 'string' ? { msgtype: 'm.text', body: content } : content,
      ),
    says,
    async bobSays(text, more) {
      const id = messageId();
      await cast.bob.sendMessage({ id, roomId: place.id, text, ...more });
      return more?.id ?? id;
    },
    transactionId,
    until: (check, withinMs = SETTLED_WITHIN_MS) => until(check, withinMs, cast),
  };
}

/** As Rocket.Chat's clients make them: 17 characters without those that look alike. */
const messageId = (): MessageId =>
  randomBytes(24)
    .toString('base64')
    .replaceAll(/[^A-Za-z2-9]/g, 'x')
    .slice(0, 17) as MessageId;
