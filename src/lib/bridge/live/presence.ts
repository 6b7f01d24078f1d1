import { isRecord } from '../../core/record.ts';
import type { MatrixUserId } from '../../core/ids.ts';
import { RemoteError } from '../../core/remote-error.ts';
import type { Presence } from '../../matrix/types.ts';
import type { RealtimeNews } from '../../rocketchat/realtime-news.ts';
import type { BridgeParts } from '../parts.ts';
import { asPuppet } from '../workspace/as-puppet.ts';
import { createLatest } from './latest.ts';
import type { LiveFeature } from './live-feature.ts';

/** Of one person. */
const EVERY_MS = 3_000;
/** At one moment, of each direction; more are dropped. */
const PEOPLE = 512;
/** Synapse takes somebody who syncs nothing, as ghosts do, for offline after 30 s. */
const RENEW_MS = 20_000;
/** So many ghosts at most are kept from that. */
const RENEWED = 1_000;
/** What Rocket.Chat keeps of a status text. */
const TEXT_LENGTH = 120;

type WorkspaceStatus = Extract<RealtimeNews, { kind: 'presence' }>['status'];

interface Shown {
  readonly presence: Presence;
  readonly text: string | undefined;
}

interface PresenceOptions {
  readonly parts: BridgeParts;
  readonly signal: AbortSignal;
}

/**
 * Carries who is there, of people who have a puppet or a ghost already; switched off unless it is asked for, since
 * it is much work for little. Nothing is stored: after a start people are seen from their next change on.
 */
export function createPresence({ parts, signal }: PresenceOptions): LiveFeature {
  const renewed = new Map<MatrixUserId, Shown>();
  const failed = (error: unknown): void => {
    if (!signal.aborted) parts.log('debug', 'presence.failed', { reason: (error as Error).message });
  };
  const common = { clock: parts.clock, signal, everyMs: EVERY_MS, limit: PEOPLE, failed };
  const toMatrix = createLatest<PresenceNews>({ ...common, act: (news) => showOnMatrix(parts, renewed, news) });
  const toWorkspace = createLatest<Announced>({ ...common, act: (one) => showInWorkspace(parts, one) });
  return {
    wants: ['presence'],
    inWorkspace: (news) => news.kind === 'presence' && toMatrix(news.userId, news),
    onMatrix(events) {
      if (parts.identity.mode === 'alias') return;
      for (const event of events) {
        const announced = readPresence(event);
        if (announced !== undefined && parts.access.admitsUser(announced.userId))
          toWorkspace(announced.userId, announced);
      }
    },
    async run() {
      while (!signal.aborted) {
        await parts.clock.sleep(RENEW_MS, signal).catch(() => {});
        for (const [userId, { presence, text }] of renewed) {
          if (signal.aborted) return;
          await parts.homeserver.as(userId).setPresence(presence, text).catch(failed);
        }
      }
    },
  };
}

type PresenceNews = Extract<RealtimeNews, { kind: 'presence' }>;

/** Matrix has no word for busy that every homeserver knows: it is said in the text. */
const PRESENCE: Readonly<Record<WorkspaceStatus, Presence>> = {
  online: 'online',
  away: 'unavailable',
  busy: 'unavailable',
  offline: 'offline',
};
const STATUS: Readonly<Record<Presence, WorkspaceStatus>> = {
  online: 'online',
  unavailable: 'away',
  offline: 'offline',
};

async function showOnMatrix(
  parts: BridgeParts,
  renewed: Map<MatrixUserId, Shown>,
  { userId, status, message }: PresenceNews,
): Promise<void> {
  const person = await parts.store.people.byWorkspaceUser(userId);
  // Puppets show what Matrix said.
  if (person?.kind !== 'ghost' || !person.ready) return;
  const text = message !== '' ? message : status === 'busy' ? 'Busy' : undefined;
  const presence = PRESENCE[status];
  const { matrixUserId } = person;
  if (presence === 'offline') renewed.delete(matrixUserId);
  else if (renewed.has(matrixUserId) || renewed.size < RENEWED) renewed.set(matrixUserId, { presence, text });
  await parts.homeserver.as(matrixUserId).setPresence(presence, text);
}

interface Announced {
  readonly userId: MatrixUserId;
  readonly presence: Presence;
  readonly text: string;
}

/** https://spec.matrix.org/v1.17/client-server-api/#mpresence */
function readPresence(event: unknown): Announced | undefined {
  const { type, sender, content } = isRecord(event) ? event : {};
  if (type !== 'm.presence' || typeof sender !== 'string' || !isRecord(content)) return undefined;
  const { presence, status_msg: text } = content;
  if (presence !== 'online' && presence !== 'unavailable' && presence !== 'offline') return undefined;
  const shown = typeof text === 'string' ? [...text].slice(0, TEXT_LENGTH).join('') : '';
  return { userId: sender as MatrixUserId, presence, text: shown };
}

async function showInWorkspace(parts: BridgeParts, { userId, presence, text }: Announced): Promise<void> {
  const person = await parts.store.people.byMatrixUser(userId);
  // Our own ghosts come back from the homeserver.
  const puppet = person?.kind === 'puppet' && person.ready ? asPuppet(parts, person) : undefined;
  if (puppet === undefined) return;
  try {
    await puppet.api.setStatus(STATUS[presence], text);
  } catch (error) {
    // A workspace without an invisible status: they stay as they were, only the text is taken.
    if (!(error instanceof RemoteError) || error.code !== 'error-status-not-allowed') throw error;
  }
}
