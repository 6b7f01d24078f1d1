import { canAccess } from './access.ts';
import type { Account } from './account-book.ts';
import type { MessageDocument } from './documents.ts';
import type { Workspace } from './workspace.ts';

type Attachment = Record<string, unknown>;

/**
 * The attachments of a message that links to messages of this workspace which the sender can see: each link's
 * quote comes after what is there. One of the same link is made anew; others, of links edited away, stay.
 */
export function withQuotes(workspace: Workspace, sender: Account, message: MessageDocument): Attachment[] {
  const attachments = [...(message.attachments ?? [])];
  for (const entry of message.urls ?? []) {
    const quoted = quotedMessage(workspace, entry.url);
    const room = quoted === undefined ? undefined : workspace.rooms.byId(quoted.rid);
    if (quoted === undefined || room === undefined || !canAccess(workspace, sender, room)) continue;
    entry.ignoreParse = true;
    const earlier = attachments.findIndex((one) => one['message_link'] === entry.url);
    if (earlier >= 0) attachments.splice(earlier, 1);
    attachments.push(quoteOf(workspace, quoted, entry.url));
  }
  return attachments;
}

function quotedMessage(workspace: Workspace, url: string): MessageDocument | undefined {
  if (!url.includes(workspace.settings.get<string>('Site_Url'))) return undefined;
  const id = new URL(url).searchParams.get('msg');
  return id === null ? undefined : workspace.messages.get(id);
}

function quoteOf(workspace: Workspace, quoted: MessageDocument, link: string): Attachment {
  const { username, name } = quoted.u;
  const shown = workspace.settings.get<boolean>('UI_Use_Real_Name') ? (name ?? username) : username;
  const limit = workspace.settings.get<number>('Message_QuoteChainLimit');
  const nested = limit < 2 ? [] : (quoted.attachments ?? []);
  return {
    text: quoted.msg,
    ...(quoted.md === undefined ? {} : { md: quoted.md }),
    message_link: link,
    author_name: quoted.alias ?? shown,
    author_icon: `/avatar/${username}`,
    attachments: nested.map((one) => shortened(one, 1, limit)),
    ts: quoted.ts,
  };
}

/** A quote in a quote keeps its own quotes only as deep as Message_QuoteChainLimit allows. */
function shortened(attachment: Attachment, depth: number, limit: number): Attachment {
  if (!('message_link' in attachment)) return attachment;
  const { attachments, ...rest } = attachment;
  if (depth >= limit - 1 || !Array.isArray(attachments)) return rest;
  return { ...rest, attachments: (attachments as Attachment[]).map((one) => shortened(one, depth + 1, limit)) };
}
