import { mentionsContent } from '../../format/lookups.ts';
import { toMatrix } from '../../format/to-matrix.ts';
import type { WorkspaceMessagePosted } from '../events.ts';
import type { Outcome } from '../outcome.ts';
import { type Work, entryOf, marked, markerOf, sendOnce, speakerFor, txnOf } from './acting.ts';
import { MARKER } from './event.ts';
import { quotedRoot, relatesTo, threadRootOf, withAnswered, withoutQuotes } from './quotes.ts';
import { saidContent } from './said-content.ts';
import { shownName, underName } from './shown-name.ts';

export async function post(work: Work, event: WorkspaceMessagePosted): Promise<Outcome> {
  const { parts, portal, row } = work;
  const speaker = await speakerFor(work, event.author);
  const { text: own, replyTo } = await withoutQuotes(work, event.text, event.quotes);
  const root = await threadRootOf(work, event.threadId);
  const isCutOff = event.threadId !== undefined && root === undefined && replyTo === undefined;
  const quoted = isCutOff ? await quotedRoot(work, event.threadId) : undefined;
  const source = marked(row, quoted === undefined ? own : `${quoted}\n\n${own}`);
  const { text, mentions } = await toMatrix(source, await work.lookUp(portal, source, speaker.userId));
  const said = await saidContent(work, speaker, text, event);
  const content = {
    ...underName(said, shownName(event.author, event.extras.alias, work.how.asBot)),
    ...relatesTo(root, replyTo),
    'm.mentions': mentionsContent(withAnswered(mentions, replyTo, speaker.userId)),
    [MARKER]: markerOf(parts, event.version.id, 0, event.version.updatedAt),
  };
  const txn = txnOf(work, 'post', event.version.id, '0', speaker.userId);
  const at = Math.min(event.at, parts.clock.now());
  const eventId = await sendOnce(work, speaker, txn, content, at);
  return {
    outcome: 'relayed',
    ledger: [entryOf(portal, event.version.id, 'message', eventId, speaker.userId, event.author.id, at)],
    snapshots: [
      {
        messageId: event.version.id,
        portalId: portal.id,
        hash: event.version.hash,
        updatedAt: event.version.updatedAt,
        deleted: false,
        lastEditTs: 0,
      },
    ],
  };
}
