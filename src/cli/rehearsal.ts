import type { RehearsalView } from '../lib/bridge/service/rehearse-view.ts';

const many = (count: number | null, what: string): string => `${count ?? 'an unknown number of'} ${what}`;

/** What a person reads of `rooms link --dry-run`. */
export function rehearsalLines(view: RehearsalView): string[] {
  const { room, matrixRoom, people, seats, collisions, history, degrades, refused, cost } = view;
  const where = matrixRoom.isNew ? `a new Matrix room ${matrixRoom.alias}` : (matrixRoom.alias ?? matrixRoom.roomId);
  return [
    `${room.type} ${room.name} with ${where}`,
    ...(refused === null ? [] : [`It would be refused. ${refused}.`]),
    `People: ${many(people.colleagues, 'in Rocket.Chat')}, ${many(people.external, 'on Matrix')}`,
    `Accounts to make in Rocket.Chat: ${seats.needed ?? 'not known'}; free seats: ${seats.free ?? 'no limit'}`,
    ...collisions.map(({ user, username }) => `Name taken: ${user} would be ${username}, and gets a suffix`),
    `History in Rocket.Chat: ${history.inWorkspace}`,
    `History on Matrix: ${history.onMatrix}`,
    ...degrades.map((each) => `Less than usual: ${each}`),
    `If everybody appears at once: about ${cost.workspaceRequests} requests to Rocket.Chat, ${cost.homeserverRequests} to the homeserver, ${cost.minutes} min`,
    'Nothing was changed.',
  ];
}
