import { expect, it } from 'vitest';
import { RemoteError } from '../../../src/lib/core/remote-error.ts';
import { explained } from '../../../src/lib/smoke/explained.ts';

const refused = (status: number, code: string): RemoteError =>
  new RemoteError({ side: 'workspace', failure: 'refused', request: 'POST /api/v1/chat.sendMessage', status, code });

/** What a server answers in the middle of the test is no message that did not come: 1 is for those alone. */
it.each([
  ['the account may not do it', refused(403, 'error-not-allowed'), 4],
  ['the token has ended', refused(401, ''), 4],
  ['the room or the workspace takes nothing', refused(400, 'restricted-workspace'), 3],
  ['it is asked too often', refused(429, 'error-too-many-requests'), 5],
  ['something broke there', refused(500, 'M_UNKNOWN'), 5],
])('%s', (_, error, exit) => {
  const told = explained(error);
  expect(told.exit).toBe(exit);
  expect(told.why).toContain('POST /api/v1/chat.sendMessage');
  expect(told.try.join('\n')).not.toContain('rcfed profile');
});
