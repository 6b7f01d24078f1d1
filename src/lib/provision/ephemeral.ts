import type { Registration } from '../matrix/types.ts';

/** Which of typing, receipts and presence cross. */
export const EPHEMERAL = ['none', 'typing', 'all'] as const;
export type Ephemeral = (typeof EPHEMERAL)[number];

/** What each choice costs; said wherever it is made. */
export const EPHEMERAL_COST: Readonly<Record<Ephemeral, string>> = {
  none: 'Ephemeral events: none. Nobody sees typing or read receipts across; the homeserver pushes least.',
  typing:
    'Ephemeral events: typing and read receipts. The homeserver pushes one more event for each burst of typing and each reading; a registration cannot leave presence out, so that is pushed too and dropped.',
  all: 'Ephemeral events: all, also who is online. The homeserver pushes each change of presence of everybody in a federated room; on Rocket.Chat each ghost costs a request, and Community switches presence off above 200 connections.',
};

export const PUBLISH_ROOMS_COST =
  'Public rooms are published: anybody, without an account, can list their names, topics and numbers of members, and so can every server.';

/** A registration under another choice; undefined leaves it as it is. */
export function withEphemeral(registration: Registration, choice: Ephemeral | undefined): Registration {
  if (choice === undefined) return Object.freeze(registration);
  const { receiveEphemeral: _, ...rest } = registration;
  return Object.freeze(choice === 'none' ? { ...rest, receiveEphemeral: false } : rest);
}
