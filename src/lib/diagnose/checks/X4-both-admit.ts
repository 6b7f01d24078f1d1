import { type Check, type Cure, type Verdict, passes } from '../check.ts';
import { partnerOf } from '../context.ts';

export const bothAdmit: Check = {
  id: 'X4',
  group: 'partner',
  title: 'The rules here admit the other server',
  severity: 'fail',
  fix: 'printed',
  when: 'partner',
  reads: ['N5'],
  why: "rcfed's own rules (`federation access`) and Rocket.Chat's allow list (N5) keep people of other servers out without a word to them. Whether their rules admit us shows only at an invitation.",
  async run(context) {
    const name = partnerOf(context);
    const refusing = context.found('N5').some(({ status }) => status === 'fail');
    if (refusing)
      return refused(name, "Rocket.Chat's allow list does not have it", {
        text: 'Add it to the list, as N5 says:',
        config: {
          file: 'Administration, Settings, Federation',
          lines: [`Federation_Service_Allow_List: …, *.${name}`],
        },
      });
    if (context.setup.admin === undefined) return passes('as far as can be seen from here');
    const connection = await context.setup.bridge();
    const { allowed, why } = await connection.service.checkAccess({ server: name });
    if (allowed) return passes(`${name}: ${why}`);
    return refused(name, `rcfed's rules say: ${why}`, {
      text: 'Let it in:',
      commands: [`rcfed federation access allow ${name}`],
    });
  },
};

const refused = (name: string, why: string, cure: Cure): Verdict => ({
  status: 'fail',
  detail: `${name} is kept out: ${why}`,
  affects: [`people on ${name} can not be invited, and nothing that they write arrives`],
  cure,
});
