import type { MatrixUserId } from '../../core/ids.ts';
import type { MatrixProfile } from '../../matrix/types.ts';
import type { Profile } from '../../store/people-types.ts';
import { readMember } from '../homeserver/member.ts';
import { homeserverIn } from '../direct/hands.ts';
import type { BridgeParts } from '../parts.ts';
import type { PortalIndex } from '../portal-index.ts';
import { SerialByKey } from '../serial.ts';
import { type Naming, dressPuppet, puppetLook } from '../workspace/puppet-profile.ts';
import type { LiveFeature } from './live-feature.ts';
import { createPatience } from './patience.ts';
import { pollGently } from './polling.ts';

/** `/joined_members` is one request for a room, and only what was missed is found by it. */
const POLL_MS = 5 * 60 * 1000;

interface PuppetProfilesOptions {
  readonly parts: BridgeParts;
  readonly portals: PortalIndex;
  readonly naming: Naming;
  /** Pause between two comparisons, ms; unset: 5 minutes. */
  readonly everyMs: number | undefined;
  readonly signal: AbortSignal;
}

/**
 * Keeps puppets looking like their people. A homeserver puts a changed profile into each of the person's rooms:
 * a member event that shows somebody otherwise than their puppet makes us ask for the profile, and so does a
 * comparison of all members at the start and now and then. It makes no account.
 */
export function createPuppetProfiles({ parts, portals, naming, everyMs, signal }: PuppetProfilesOptions): LiveFeature {
  const serial = new SerialByKey<MatrixUserId>();
  const patience = createPatience(parts.clock);

  const compare = (id: MatrixUserId, inRoom: MatrixProfile): Promise<void> =>
    serial.run(id, async () => {
      if (!parts.access.admitsUser(id)) return;
      const puppet = await parts.store.people.byMatrixUser(id);
      if (signal.aborted || puppet?.kind !== 'puppet' || isShown(puppet, inRoom, naming)) return;
      try {
        await dressPuppet(parts, puppet, naming, inRoom);
        patience.worked(puppet.id);
      } catch (error) {
        if (signal.aborted) return;
        patience.failed(puppet.id);
        parts.log('warn', 'puppet.not-followed', { user: id, reason: (error as Error).message });
      }
    });

  const poll = async (): Promise<void> => {
    const puppets = new Map((await parts.store.people.profiles('puppet')).map((each) => [each.matrixUserId, each]));
    if (puppets.size === 0) return;
    for (const portal of portals.all()) {
      const { state, matrixRoomId } = portal;
      if (state !== 'active' || matrixRoomId === undefined) continue;
      for (const [id, inRoom] of await homeserverIn(parts, portal).memberProfiles(matrixRoomId)) {
        const puppet = puppets.get(id);
        if (signal.aborted) return;
        if (puppet === undefined || patience.isWaiting(puppet.id) || isShown(puppet, inRoom, naming)) continue;
        await compare(id, inRoom);
      }
    }
  };
  const failed = (error: Error): void => {
    if (!signal.aborted) parts.log('debug', 'profiles.failed', { reason: error.message });
  };

  return {
    onRecorded(events) {
      for (const raw of events) {
        const member = readMember(raw);
        if (member === undefined || portals.ofMatrixRoom(member.roomId)?.state !== 'active') continue;
        compare(member.userId, member.profile).catch(failed);
      }
    },
    run: () => pollGently({ clock: parts.clock, signal, everyMs: everyMs ?? POLL_MS, poll, onFailure: failed }),
  };
}

/** The puppet already is as that room shows its person. */
function isShown(puppet: Profile, inRoom: MatrixProfile, naming: Naming): boolean {
  const look = puppetLook(puppet, inRoom, naming);
  const isPictured = puppet.avatar === look.avatar || puppet.workspaceUserId === undefined;
  return puppet.displayName === look.displayName && isPictured;
}
