import type { Side } from '../core/remote-error.ts';
import { createLocalNames } from '../matrix/look-alike.ts';
import type { Portal } from '../store/portal-types.ts';
import { authorOf } from './author-of.ts';
import { createBreakers, startHomeserver, stateOf } from './breakers.ts';
import type { BridgeOptions } from './bridge-options.ts';
import { CatchUps } from './catch-ups.ts';
import { despiteStore } from './despite-store.ts';
import { createDirects } from './direct/directs.ts';
import { createOlderRooms } from './direct/older-rooms.ts';
import { isRoomLane, isWordLane, wordLane } from '../store/lane-names.ts';
import { createEnds } from './ends/ends.ts';
import { tellThatWeListen } from './homeserver/bot.ts';
import { createGhosts } from './homeserver/ghosts.ts';
import { watchHomeserver } from './homeserver/health.ts';
import { renewServerAcls } from './homeserver/server-acls.ts';
import { createGhostProfiles } from './live/ghost-profiles.ts';
import { createPollTallies } from './live/poll-tallies.ts';
import { createPruneNews } from './live/prune-news.ts';
import { createFollowRoom } from './room-upgrade/follow.ts';
import { createRoomWatch } from './room-state/watch.ts';
import { listen } from './listening.ts';
import { createFeatures } from './live/features.ts';
import { createSinks } from './sinks.ts';
import { LANE_OWNER, Lanes } from './lanes.ts';
import { createMemberships } from './membership/memberships.ts';
import { createNotices } from './notices/aside.ts';
import { PortalIndex } from './portal-index.ts';
import { createRelay } from './relay.ts';
import type { Bridge } from './running-bridge.ts';
import { createBridgeService } from './service/service.ts';
import { cleanStore } from './store-cleaning.ts';
import { createWords } from './words/words.ts';
import { createFollowRoles } from './roles/follow-roles.ts';
import { createPuppets } from './workspace/puppets.ts';
import { createRealtimeKeeper } from './workspace/realtime-keeper.ts';
import { watchWorkspace } from './workspace/watchdog.ts';

/**
 * Puts the parts together and starts them: what is recorded is applied from the first moment on, and each
 * server that does not work yet is waited for.
 */
export async function startBridge(options: BridgeOptions): Promise<Bridge> {
  const { parts } = options;
  const ending = new AbortController();
  const { signal } = ending;
  const portals = new PortalIndex(await createOlderRooms(parts.store));
  await portals.load(parts.store);

  const wake = (lane: string): void => {
    if (isRoomLane(lane)) directs.wake(lane);
    else if (isWordLane(lane)) words.wake(lane);
    else lanes.wake(lane);
  };
  /** What was caught up on in a room may be for the bridge itself. */
  const wakeRoom = (lane: string): void => {
    const portal = portals.ofLane(lane);
    if (portal !== undefined) words.wake(wordLane(portal.workspaceRoomId));
    wake(lane);
  };
  const distrustHands = async (portal: Portal): Promise<void> => {
    if (portal.direct !== undefined) await puppets.distrustAccount(portal.direct.puppet).catch(() => {});
    if (portal.direct !== undefined) await puppets.account(portal.direct.puppet).catch(() => {});
  };
  const breakers = createBreakers(parts, signal, {
    // From now on a restart may take events with it; what it pushes afterwards has to wait for them.
    onOpened: (side) => side === 'homeserver' && catchUps.lost('homeserver'),
    onClosed: (side) => void onWorksAgain(side),
  });
  const localNames = createLocalNames();
  const ghostProfiles = createGhostProfiles({
    parts,
    localNames,
    everyMs: options.compareProfilesMs,
    onListed: (users) => ends.listed(users),
    signal,
  });
  const ghosts = createGhosts(parts, {
    onSeen: (author) => ghostProfiles.seen(author),
    onEntered: (portal, author) => memberships.spoke(portal, author),
  });
  const ends = createEnds({
    ...options,
    portals,
    ghosts,
    portalChanged: (portal) => portalChanged(portal),
    seekAnotherRoom: (portal, row) => directs.seekAnotherRoom(portal, row),
    mayGo: (portal, from) => catchUps.mayGo(portal, from),
    isDown: (side) => breakers[side].isOpen,
    wake,
    signal,
  });
  const roles = createFollowRoles({ parts, portals, wake, everyMs: options.compareRolesMs, signal });
  const puppets = createPuppets(parts, localNames, (portal, userId) => roles.entered(portal, userId));
  const notices = createNotices({ parts, portals, signal, windowMs: options.noticesMs });
  const tallies = createPollTallies({ parts, portals, wake, signal });
  const follow = createFollowRoom({
    ghosts,
    // It may be ending meanwhile.
    portalChanged: async (portal) => {
      if (portals.byId(portal.id) !== undefined) await portalChanged(portal);
    },
  });
  const relay = createRelay(parts, {
    ...createSinks({ parts, portals, ghosts, puppets, tallies, follow, signal }),
    distrust: (portal, event) =>
      event.origin === 'homeserver' ? puppets.distrust(portal, event.sender) : ghosts.distrust(portal, authorOf(event)),
    distrustHands,
    seeksAnotherRoom: (portal, row) => directs.seekAnotherRoom(portal, row),
    onAside: (portal, row) => notices.tell(portal, row),
  });
  const asked = { workspace: false, homeserver: false };
  const onCaughtUp = (portal: Portal): void => memberships.caughtUp(portal);
  const catchUps = new CatchUps({ parts, portals, breakers, signal, wake: wakeRoom, onCaughtUp, distrustHands });
  const lanes = new Lanes({
    store: parts.store,
    relay,
    breakers,
    gate: (portal, from) => catchUps.mayGo(portal, from) && !(from === 'homeserver' && rooms.isArchived(portal)),
    portals,
    owner: LANE_OWNER,
    clock: parts.clock,
    log: parts.log,
    signal,
  });

  const everyMs = options.compareMembersMs;
  const memberships = createMemberships({ parts, portals, catchUps, ghosts, wake, everyMs, signal });
  const rooms = createRoomWatch({ parts, portals, wake, everyMs: options.compareRoomsMs, signal });
  const prunes = createPruneNews({ parts, portals, catchUps, recorded: () => realtime.flushed() });
  const live = createFeatures({ ...options, portals, puppets, localNames, wake, signal }, [
    memberships,
    rooms,
    tallies,
    ghostProfiles,
    ...ends.features,
    roles,
    prunes,
  ]);
  const listening = { wants: live.wants, onNews: live.inWorkspace };
  const realtime = createRealtimeKeeper({
    ...options,
    portals,
    catchUps,
    breaker: breakers.workspace,
    wake,
    signal,
    ...listening,
  });
  const portalChanged = async (portal: Portal, linkedAt?: number): Promise<void> => {
    portals.set(portal, linkedAt);
    if (portal.state !== 'active') {
      await lanes.forget(portal.lane);
      return realtime.unwatch(portal);
    }
    realtime.watch(portal);
    directs.touched(portal.lane);
    memberships.caughtUp(portal);
    await Promise.all([catchUps.one('workspace', portal), catchUps.one('homeserver', portal)]);
    lanes.wake(portal.lane);
  };
  const words = createWords({
    parts,
    portals,
    breaker: breakers.workspace,
    isListening: () => realtime.isUp(),
    signal,
  });
  const directs = createDirects({
    ...options,
    portals,
    puppets,
    ghosts,
    catchUps,
    breakers,
    wake,
    ...listening,
    portalChanged,
    signal,
  });
  const ready = (): boolean => realtime.isUp() && asked.homeserver && !breakers.homeserver.isOpen;
  const listener = await listen({ ...options, portals, directs, live, wake, ready });

  async function onWorksAgain(side: Side): Promise<void> {
    asked[side] = true;
    if (side === 'homeserver') {
      void tellThatWeListen(parts);
      void despiteStore(parts, () => renewServerAcls(parts), signal);
      await catchUps.all('homeserver');
    } else if (realtime.isUp()) {
      await catchUps.all('workspace');
    }
    await despiteStore(parts, () => lanes.wakeAll(), signal);
    await despiteStore(parts, () => directs.wakeAll(), signal);
    await notices.tellAll();
  }

  const background = [
    watchHomeserver(parts, breakers.homeserver, () => catchUps.all('homeserver'), signal),
    watchWorkspace({
      parts,
      portals,
      catchUps,
      breaker: breakers.workspace,
      reconnect: (reason) => realtime.reconnect(reason),
      everyMs: options.watchMs,
      signal,
    }),
    realtime.run(),
    directs.run(),
    words.run(),
    ...live.run(),
    cleanStore(parts, options.keepBodiesMs, signal),
    startHomeserver(parts, breakers.homeserver, () => onWorksAgain('homeserver')),
  ];

  const bridge: Bridge = {
    url: listener.url,
    portals,
    ghosts,
    puppets,
    sides: () => ({
      workspace: { ...stateOf(breakers.workspace, asked.workspace || realtime.isUp()), realtime: realtime.isUp() },
      homeserver: stateOf(breakers.homeserver, asked.homeserver),
    }),
    problemsOf: (portal) => [
      ...(['workspace', 'homeserver'] as const).flatMap((side) => catchUps.problem(portal, side) ?? []),
      ...(rooms.isArchived(portal) ? ['it is archived in Rocket.Chat: what is written on Matrix waits'] : []),
    ],
    opening: directs.opening,
    portalChanged,
    hears: () => realtime.hears(),
    wake,
    async stop() {
      ending.abort(new Error('the bridge is stopping'));
      await listener.close();
      await realtime.close();
      await directs.close();
      await words.ended();
      await lanes.stop();
      await Promise.allSettled(background);
    },
  };
  words.serve(createBridgeService(parts, bridge));
  return bridge;
}
