import { type Check, passes, skips } from '../check.ts';
import { partnerOf } from '../context.ts';

const OURS = ['D3', 'D4', 'D9', 'T1', 'T2', 'T3', 'T4', 'T5', 'F1', 'F2'];

export const bothDirections: Check = {
  id: 'X7',
  group: 'partner',
  title: 'Both servers reach each other',
  severity: 'info',
  fix: 'printed',
  when: 'partner',
  needs: ['X1'],
  reads: OURS,
  why: 'A join needs both directions: the other server fetches our keys while it answers us. "401 on join" nearly always means that they can not reach us. What is in the way is told by the checks of our own name.',
  async run(context) {
    const { own } = context;
    if (own === undefined) return skips('no server of our own is known');
    const wrong = OURS.filter((id) => context.found(id, own).some(({ status }) => status === 'fail'));
    const unseen = context.found('F1', own).find(({ status }) => status === 'skip');
    if (wrong.length === 0 && unseen !== undefined) return skips(`${own} was not looked at: ${unseen.detail}`);
    if (wrong.length === 0) return passes(`as far as can be seen from here, ${partnerOf(context)} reaches ${own}`);
    return {
      status: 'info',
      detail: `${own} fails ${wrong.join(', ')}: ${partnerOf(context)} can not reach it, and joins end with 401`,
      cure: { text: `Mend ${wrong.join(', ')} of ${own} first.` },
    };
  },
};
