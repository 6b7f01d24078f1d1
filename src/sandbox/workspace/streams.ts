import { canAccess, may } from './access.ts';
import type { Account } from './account-book.ts';
import type { WorkspaceEvent } from './bus.ts';
import { toEjson } from './meteor.ts';
import { later, type Workspace } from './workspace.ts';

/** A realtime session as the streams see it. */
export interface Listener {
  readonly account: Account | undefined;
  send(frame: string): void;
}

const MY_MESSAGES = '__my_messages__';

/** Whether an account (or nobody) may read a stream's key. `undefined`: there is no such stream. */
export function mayRead(
  workspace: Workspace,
  account: Account | undefined,
  stream: string,
  key: string,
): boolean | undefined {
  const [first = '', event] = key.split('/');
  switch (stream) {
    case 'stream-notify-all':
      return true;
    case 'stream-notify-logged':
    case 'stream-roles':
    case 'stream-user-presence':
      return account !== undefined;
    case 'stream-notify-user':
      return account !== undefined && account.user._id === first;
    case 'stream-room-messages':
      return account !== undefined && (key === MY_MESSAGES || mayReadRoom(workspace, account, key));
    case 'stream-notify-room':
      return account !== undefined && event !== undefined && mayReadRoom(workspace, account, first);
    default:
      return undefined;
  }
}

function mayReadRoom(workspace: Workspace, account: Account, rid: string): boolean {
  const room = workspace.rooms.byId(rid);
  return (
    room !== undefined &&
    (canAccess(workspace, account, room) || (room.t === 'c' && may(workspace, account, 'preview-c-room')))
  );
}

/** Who listens to what; brings the workspace's events to them. Keeps nothing for those who are away. */
export interface Streams {
  add(listener: Listener, stream: string, key: string): void;
  remove(listener: Listener, stream: string, key: string): void;
  deliver(event: WorkspaceEvent): void;
}

export function createStreams(workspace: Workspace): Streams {
  const topics = new Map<string, Set<Listener>>();
  let messageEvents = 0;

  const tell = (stream: string, key: string, args: readonly unknown[]): void => {
    const listeners = topics.get(`${stream}|${key}`);
    if (listeners === undefined || listeners.size === 0) return;
    const frame = changedFrame(stream, key, args.map(toEjson));
    for (const listener of listeners) listener.send(frame);
  };

  const tellMessage = (event: WorkspaceEvent & { kind: 'message' }): void => {
    messageEvents += 1;
    const frames = messageFrames(workspace, event, topics);
    const sendAll = (): void => frames.forEach((send) => send());
    const hits = (every: number): boolean => every > 0 && messageEvents % every === 0;
    const { delivery } = workspace.faults;
    if (hits(delivery.loseEvery)) return;
    if (hits(delivery.lateEvery)) later(workspace, delivery.lateMs, sendAll);
    else sendAll();
    if (hits(delivery.doubleEvery)) sendAll();
  };

  return {
    add(listener, stream, key) {
      const topic = `${stream}|${key}`;
      const listeners = topics.get(topic) ?? new Set();
      topics.set(topic, listeners.add(listener));
    },
    remove(listener, stream, key) {
      const topic = `${stream}|${key}`;
      topics.get(topic)?.delete(listener);
      if (topics.get(topic)?.size === 0) topics.delete(topic);
    },
    deliver(event) {
      switch (event.kind) {
        case 'message':
          return tellMessage(event);
        case 'notify-room':
          return tell('stream-notify-room', `${event.rid}/${event.event}`, event.args);
        case 'notify-user':
          return tell('stream-notify-user', `${event.userId}/${event.event}`, event.args);
        case 'notify-logged':
        case 'notify-all':
          return tell(`stream-${event.kind}`, event.event, event.args);
        case 'room':
          for (const member of event.members)
            tell('stream-notify-user', `${member}/rooms-changed`, [event.action, roomChange(event)]);
          return;
        case 'subscription':
          return tell('stream-notify-user', `${event.subscription.u._id}/subscriptions-changed`, [
            event.action,
            subscriptionChange(event),
          ]);
        case 'logout':
          return;
      }
    },
  };
}

function roomChange({ action, room }: WorkspaceEvent & { kind: 'room' }): unknown {
  return action === 'removed' ? { _id: room._id } : room;
}

/** A removed subscription comes without its room's id. */
function subscriptionChange({ action, subscription }: WorkspaceEvent & { kind: 'subscription' }): unknown {
  return action === 'removed' ? { _id: subscription._id, u: subscription.u } : subscription;
}

function changedFrame(collection: string, eventName: string, args: readonly unknown[]): string {
  return JSON.stringify({ msg: 'changed', collection, id: 'id', fields: { eventName, args } });
}

/** The sends of one message event, fixed to what the message and its readers are now. */
function messageFrames(
  workspace: Workspace,
  { message }: WorkspaceEvent & { kind: 'message' },
  topics: ReadonlyMap<string, ReadonlySet<Listener>>,
): (() => void)[] {
  const room = workspace.rooms.byId(message.rid);
  const stream = 'stream-room-messages';
  const direct = [...(topics.get(`${stream}|${message.rid}`) ?? [])];
  const everywhere = room === undefined ? [] : [...(topics.get(`${stream}|${MY_MESSAGES}`) ?? [])];
  if (direct.length + everywhere.length === 0) return [];
  const document = toEjson(message);
  const sends: (() => void)[] = [];
  if (direct.length > 0) {
    const frame = changedFrame(stream, message.rid, [document]);
    for (const listener of direct) sends.push(() => listener.send(frame));
  }
  const frames = new Map<boolean, string>();
  for (const listener of everywhere) {
    const { account } = listener;
    if (room === undefined || account === undefined || !canAccess(workspace, account, room)) continue;
    const roomParticipant = workspace.rooms.subscription(room._id, account.user._id) !== undefined;
    const frame =
      frames.get(roomParticipant) ??
      changedFrame(stream, MY_MESSAGES, [document, { roomParticipant, roomType: room.t, roomName: room.name }]);
    frames.set(roomParticipant, frame);
    sends.push(() => listener.send(frame));
  }
  return sends;
}
