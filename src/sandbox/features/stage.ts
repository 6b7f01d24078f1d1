import type { BridgeProcess } from '../bridge-process.ts';
import { buildStage, type StageOptions } from '../demo/stage.ts';
import type { PlaceKind } from './feature.ts';
import { LARGEST_FILE } from './large-file.ts';
import { watchLive, type Watching } from './live.ts';
import { enterPeople } from './people.ts';
import { LONGEST_TEXT } from './long-texts.ts';
import { openPlace } from './places.ts';
import { type Cast, createScene, type Place, type Scene } from './scene.ts';

/** Two people on two servers, a bridge in a process of its own, and as many rooms as are asked for. */
export interface FeatureStage {
  readonly homeserver: { readonly url: string };
  /** Makes a room of that kind, linked, in which both have spoken. The bridge must run. */
  openPlace(kind: PlaceKind): Promise<Place>;
  /** A scene of its own in a place. */
  scene(place: Place): Scene;
  startBridge(): Promise<void>;
  /** SIGKILL. */
  killBridge(): Promise<void>;
  /** SIGTERM. */
  stopBridge(): Promise<void>;
  strike(): Promise<void>;
}

/** Starts everything, the bridge too. */
export async function buildFeatureStage(options: StageOptions): Promise<FeatureStage> {
  const stage = await buildStage(options, {
    settings: { FileUpload_MaxFileSize: LARGEST_FILE, Message_MaxAllowedSize: LONGEST_TEXT },
    maxUploadBytes: 2 * LARGEST_FILE,
  });
  let live: Watching | undefined;
  let bridge: BridgeProcess | undefined;
  const startBridge = async (): Promise<void> => {
    bridge = await stage.startBridge();
  };
  const strike = async (): Promise<void> => {
    await live?.stop();
    await bridge?.stop();
    await stage.strike();
  };
  try {
    const people = await enterPeople(stage, options);
    await startBridge();
    const { clock, log, network } = options;
    const { homeserverUrl, workspaceUrl, aliceToken: token, bobsCredentials: credentials } = people;
    const { fetch } = network;
    live = await watchLive({ homeserverUrl, workspaceUrl, token, credentials, fetch, clock, log });
    const cast: Cast = { ...people, live, clock, signal: options.signal };
    const watching = live;
    let places = 0;
    return {
      homeserver: stage.servers.homeserver,
      async openPlace(kind) {
        places += 1;
        const place = await openPlace({ stage, options, people, cast }, kind, `${kind}-${places}`);
        await watching.watch(place.id);
        return place;
      },
      scene: (place) => createScene(cast, place),
      startBridge,
      killBridge: async () => bridge?.kill(),
      stopBridge: async () => bridge?.stop(),
      strike,
    };
  } catch (error) {
    await strike();
    throw error;
  }
}
