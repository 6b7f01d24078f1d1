/** How somebody names a room: the `#` before a name of Rocket.Chat's is not part of it, that of an alias is. */
export const withoutHash = (text: string): string => text.replace(/^#(?!.*:)/, '');
