import { expect, test } from 'vitest';
import { bridgeChanges } from '../../../src/lib/provision/bridge-changes.ts';
import type { WorkspaceFacts } from '../../../src/lib/provision/workspace-facts.ts';

const workspace = { settings: new Map([['FileUpload_MaxFileSize', 1000]]), permissions: undefined };

test.each([
  ['takes less', 10, [{ to: 10, loosens: false }]],
  ['takes more', 2000, [{ to: 2000, loosens: true }]],
  ['takes as much', 1000, []],
  ['takes anything', undefined, [{ to: -1, loosens: true }]],
  ['takes no files at all', 0, []],
])('the upload limit beside a homeserver that %s', (_, uploadLimit, changes) => {
  const homeserver = { uploadLimit, uploadLimitKnown: true };
  expect(bridgeChanges(workspace as unknown as WorkspaceFacts, homeserver, { readReceipts: false })).toMatchObject(
    changes,
  );
});
