import type { Check } from '../check.ts';
import { partnerInOrder } from './X1-partner-in-order.ts';
import { outgoingQueue } from './X2-outgoing-queue.ts';
import { seenFromOutside } from './X3-seen-from-outside.ts';
import { bothAdmit } from './X4-both-admit.ts';
import { roomAcl } from './X5-room-acl.ts';
import { roomVersion } from './X6-room-version.ts';
import { bothDirections } from './X7-both-directions.ts';

/** What concerns another server, named by --with. */
export const partnerChecks: readonly Check[] = [
  partnerInOrder,
  outgoingQueue,
  seenFromOutside,
  bothAdmit,
  roomAcl,
  roomVersion,
  bothDirections,
];
