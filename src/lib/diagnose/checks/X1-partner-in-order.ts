import { type Check, passes, skips } from '../check.ts';
import { partnerOf } from '../context.ts';

/** Whatever of it fails keeps everybody from reaching the server. */
const NEEDED = ['D1', 'D3', 'D4', 'D9', 'D10', 'T1', 'T2', 'T3', 'T4', 'T5', 'T6', 'K1', 'K2', 'K3', 'K4', 'K5', 'F1'];

export const partnerInOrder: Check = {
  id: 'X1',
  group: 'partner',
  title: 'The other server is in order',
  severity: 'info',
  fix: 'printed',
  when: 'partner',
  reads: NEEDED,
  why: 'It is looked at as ours is. What is wrong there is told by those checks; here it is summed up for its admins, who alone can mend it.',
  async run(context) {
    const name = partnerOf(context);
    const wrong = NEEDED.flatMap((id) =>
      context.found(id, name).flatMap(({ status, detail }) => (status === 'fail' ? [`${id}: ${detail}`] : [])),
    );
    const unseen = context.found('F1', name).find(({ status }) => status === 'skip');
    if (wrong.length === 0 && unseen !== undefined) return skips(`it was not looked at: ${unseen.detail}`);
    if (wrong.length === 0) return passes(`${name} is found, trusted and signs as it should`);
    return {
      status: 'info',
      detail: `${name} is not`,
      evidence: wrong,
      affects: [`nobody can talk with people on ${name}`],
      cure: {
        text: 'Send this to its admins, who see the same with:',
        commands: [`rcfed federation diagnose --with ${name}`],
      },
    };
  },
};
