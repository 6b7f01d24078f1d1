import type { Check } from '../check.ts';
import { nativeEnabled } from './N1-native-enabled.ts';
import { nativeDomain } from './N2-native-domain.ts';
import { nativeSigning } from './N3-native-signing.ts';
import { nativeAllowList } from './N4-native-allow-list.ts';
import { nativePartner } from './N5-native-partner.ts';
import { nativeWellKnown } from './N6-native-well-known.ts';
import { nativeApex } from './N7-native-apex.ts';
import { nativeRooms } from './N8-native-rooms.ts';
import { nativeLoad } from './N9-native-load.ts';

/** Rocket.Chat as a homeserver of its own, from 7.11 on. */
export const nativeChecks: readonly Check[] = [
  nativeEnabled,
  nativeDomain,
  nativeSigning,
  nativeAllowList,
  nativePartner,
  nativeWellKnown,
  nativeApex,
  nativeRooms,
  nativeLoad,
];
