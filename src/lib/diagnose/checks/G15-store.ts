import { dirname } from 'node:path';
import { RcfedError } from '../../core/errors.ts';
import { parseStoreUrl } from '../../store/url.ts';
import { type Check, type Verdict, passes, skips } from '../check.ts';
import type { Machine } from '../context.ts';
import { shellWord } from '../../core/shell-word.ts';

const MIB = 1024 * 1024;
const LITTLE = 512 * MIB;
const HARDLY_ANY = 64 * MIB;

export const store: Check = {
  id: 'G15',
  group: 'bridge',
  title: 'The store is whole and has room',
  severity: 'fail',
  fix: 'printed',
  needs: ['L3'],
  deadlineMs: 60_000,
  why: 'What arrives is written down before it is acknowledged. On a full disk the bridge takes nothing any more, and both servers keep what they have until there is room.',
  async run({ setup, machine }) {
    if (setup.admin === undefined) return skips('only the admin of a bridge can see it');
    const url = parseStoreUrl(setup.admin.store.reveal());
    const report = await setup.checkStore().catch((error: unknown) => {
      if (error instanceof RcfedError && error.code === 'RCFED_STORE_MISSING') return undefined;
      throw error;
    });
    if (report === undefined) return skips('there is none yet: no bridge ran so far');
    const { findings } = report;
    const broken = findings.map(({ severity, message, count }): Verdict => ({
      status: severity === 'broken' ? 'fail' : 'warn',
      detail: `${message} (${count})`,
      cure: {
        text: 'Save it as it is, then see what is wrong:',
        commands: ['rcfed store backup', 'rcfed store check'],
      },
    }));
    const room = url.engine === 'sqlite' ? await roomAt(machine, dirname(url.path)) : undefined;
    const verdicts = [...broken, ...(room === undefined ? [] : [room])];
    return verdicts.length > 0 ? verdicts : passes(`${url.shown} is whole`);
  },
};

async function roomAt(machine: Machine, folder: string): Promise<Verdict | undefined> {
  const free = await machine.freeBytes(folder);
  if (free === undefined || free > LITTLE) return undefined;
  return {
    status: free > HARDLY_ANY ? 'warn' : 'fail',
    detail: `${Math.round(free / MIB)} MiB are free in ${folder}`,
    affects: ['on a full disk nothing is taken any more'],
    cure: { text: 'Make room:', commands: [`df -h ${shellWord(folder)}`, `du -sh ${shellWord(folder)}`] },
  };
}
