import type { Check } from '../check.ts';
import { bridgeRuns } from './G1-bridge-runs.ts';
import { puppets } from './G10-puppets.ts';
import { uploadLimits } from './G11-upload-limits.ts';
import { seats } from './G12-seats.ts';
import { presenceCap } from './G13-presence-cap.ts';
import { homeserverClock } from './G14-homeserver-clock.ts';
import { store } from './G15-store.ts';
import { oneBridge } from './G16-one-bridge.ts';
import { roomAdmitsUs } from './G17-room-admits-us.ts';
import { roomVersions } from './G18-room-versions.ts';
import { oneName } from './G19-one-name.ts';
import { ping } from './G2-ping.ts';
import { registrationLoaded } from './G3-registration-loaded.ts';
import { namespaces } from './G4-namespaces.ts';
import { waiting } from './G5-waiting.ts';
import { setAside } from './G6-set-aside.ts';
import { cursors } from './G7-cursors.ts';
import { hearing } from './G8-hearing.ts';
import { power } from './G9-power.ts';

/** rcfed's own bridge. */
export const bridgeChecks: readonly Check[] = [
  bridgeRuns,
  ping,
  registrationLoaded,
  namespaces,
  waiting,
  setAside,
  cursors,
  hearing,
  power,
  puppets,
  uploadLimits,
  seats,
  presenceCap,
  homeserverClock,
  store,
  oneBridge,
  roomAdmitsUs,
  roomVersions,
  oneName,
];
