import * as v from 'valibot';
import { forgetServer, savedServers, saveServer } from '../../config/server-list.ts';
import { serverNameOf } from '../../matrix/server-name.ts';
import type { ChangeKind } from '../change-kind.ts';
import { ALREADY, done } from '../undone.ts';

export const serverChange = v.object({
  kind: v.literal('server'),
  server: v.string(),
  /** Whether it is in the list since; it was not before, or the other way round. */
  saved: v.boolean(),
});

/** A server whose public rooms are searched. */
export const server: ChangeKind<v.InferOutput<typeof serverChange>> = {
  subject: (change) => change.server,
  inWords: (change) => `Server ${change.server} ${change.saved ? 'saved' : 'forgotten'}`,
  async undo({ server: name, saved }, parts) {
    const isSaved = (await savedServers(parts.source)).some((each) => each.server === name);
    if (isSaved !== saved) return ALREADY;
    return await done(parts, async () => {
      await (saved ? forgetServer : saveServer)(parts.source, serverNameOf(name));
    });
  },
};
