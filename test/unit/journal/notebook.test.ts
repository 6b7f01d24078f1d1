import { expect, it } from 'vitest';
import { foldersFrom } from '../../../src/lib/config/folders.ts';
import { systemClock } from '../../../src/lib/core/clock.ts';
import type { ChangeOf } from '../../../src/lib/journal/change.ts';
import { type Journal, journalOf } from '../../../src/lib/journal/journal.ts';
import { type Notebook, notebookOf } from '../../../src/lib/journal/notebook.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function started(): Promise<{ notebook: Notebook; journal: Journal }> {
  const source = { folders: foldersFrom({ HOME: await temporaryFolder() }), clock: systemClock };
  const profile = { name: 'work', kind: 'admin', workspace: 'https://chat.example.org' } as const;
  return { notebook: notebookOf(source, profile), journal: journalOf(source, 'work') };
}

const allowed = (from: ChangeOf<'access'>['from']): ChangeOf<'access'> => ({
  kind: 'access',
  pattern: 'good.org',
  from,
  to: ['allow'],
});

const states = async (journal: Journal): Promise<unknown> =>
  (await journal.entries()).map(({ state, change }) => [state, 'from' in change ? change.from : undefined]);

it('what was cut short stays written down as begun, and the next run keeps what was before', async () => {
  const { notebook, journal } = await started();
  const cut = notebook.changing(
    [allowed([])],
    () => Promise.reject(new Error('cut')),
    (change) => change,
  );
  await expect(cut).rejects.toThrow('cut');
  expect(await states(journal)).toEqual([['begun', []]]);
  await notebook.changing(
    [allowed(['block'])],
    () => Promise.resolve(),
    (change) => change,
  );
  expect(await states(journal)).toEqual([['done', []]]);
});

it('what turns out to be so already is taken back, unless an earlier run may have done it', async () => {
  const { notebook, journal } = await started();
  const nothing = (): undefined => undefined;
  await notebook.changing([allowed([])], () => Promise.resolve(), nothing);
  expect(await states(journal)).toEqual([]);
  await notebook.changing([allowed([])], () => Promise.reject(new Error('cut')), nothing).catch(() => {});
  await notebook.changing([allowed(['block'])], () => Promise.resolve(), nothing);
  expect(await states(journal)).toEqual([['begun', []]]);
});

it('what is known only afterwards is written down then', async () => {
  const { notebook, journal } = await started();
  const known = (change: ChangeOf<'access'>, to: 'block'): ChangeOf<'access'> => ({ ...change, to: [to] });
  await notebook.changing([allowed([])], () => Promise.resolve('block' as const), known);
  expect((await journal.entries()).map(({ change }) => change)).toMatchObject([{ to: ['block'] }]);
});
