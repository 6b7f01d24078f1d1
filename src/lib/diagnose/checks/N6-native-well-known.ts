import { type Check, passes, skips } from '../check.ts';
import { subjectOf } from '../context.ts';
import { leadsToItself } from '../facts/server-keys.ts';
import { wellKnownOf } from '../facts/well-known.ts';
import { settingOf } from '../facts/workspace-settings.ts';

export const nativeWellKnown: Check = {
  id: 'N6',
  group: 'discovery',
  title: "Rocket.Chat's own .well-known document names its domain",
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['D4', 'N2'],
  why: 'Rocket.Chat always answers `<domain>:443`, and goes on answering with an old domain until it is started again.',
  async run(context) {
    const { role, name } = subjectOf(context);
    const domain = await settingOf(context, 'Federation_Service_Domain');
    if (role !== 'own' || name !== domain) return skips("it is not the name of Rocket.Chat's own federation");
    const said = (await wellKnownOf(context)).flatMap(({ delegate }) => delegate ?? []);
    const wanted = `${String(domain)}:443`;
    const other = said.find((delegate) => delegate !== wanted);
    if (other === undefined) return passes(wanted);
    if (await leadsToItself(context)) return passes(`${other}, where Rocket.Chat answers as well`);
    return {
      status: 'fail',
      detail: `it says ${other}, not ${wanted}`,
      cure: {
        text: 'Start Rocket.Chat again after a change of the domain:',
        commands: ['docker compose restart rocketchat'],
      },
    };
  },
};
