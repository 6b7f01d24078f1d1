import type { MessageDocument, UserRef } from './documents.ts';
import { messageChanged } from './message-events.ts';
import { later, type Workspace } from './workspace.ts';

/** Mentioned people and rooms that exist; `all` and `here` are their own ids. */
export function mentionsIn(
  workspace: Workspace,
  text: string,
): { users: UserRef[]; channels: { _id: string; name: string }[] } {
  const users = new Map<string, UserRef>();
  const channels = new Map<string, { _id: string; name: string }>();
  for (const match of text.matchAll(/(^|[\s>(.,;!?])([@#])([0-9a-zA-Z-_.]+)/g)) {
    const [, , sign, name = ''] = match;
    if (sign === '#') {
      const room = workspace.rooms.byName(name);
      if (room !== undefined) channels.set(room._id, { _id: room._id, name });
    } else if (name === 'all' || name === 'here') {
      users.set(name, { _id: name, username: name });
    } else {
      const account = workspace.accounts.byUsername(name);
      if (account !== undefined)
        users.set(account.user._id, {
          _id: account.user._id,
          username: account.user.username,
          name: account.user.name,
        });
    }
  }
  return { users: [...users.values()], channels: [...channels.values()] };
}

export function parseUrls(text: string): NonNullable<MessageDocument['urls']> {
  const found = new Set(text.match(/https?:\/\/[^\s<>()"]+/g) ?? []);
  return [...found].filter((url) => URL.canParse(url)).map((url) => ({ url, meta: {} }));
}

/** The server fetches previews in its own time, then announces the whole message again. */
export function previewLater(workspace: Workspace, message: MessageDocument): void {
  const wanted = (message.urls ?? []).filter(({ ignoreParse }) => ignoreParse !== true);
  if (wanted.length === 0) return;
  later(workspace, 1, () => {
    if (workspace.messages.get(message._id) !== message || message.t === 'rm') return;
    for (const entry of wanted) entry.meta = { pageTitle: new URL(entry.url).hostname };
    messageChanged(workspace, message);
  });
}
