import { type Check, passes, skips } from '../check.ts';
import { subjectOf } from '../context.ts';
import { leadsToItself } from '../facts/server-keys.ts';
import { settingOf } from '../facts/workspace-settings.ts';
import { wellKnownOf } from '../facts/well-known.ts';

export const nativeApex: Check = {
  id: 'N7',
  group: 'discovery',
  title: 'Its .well-known document is served at the domain itself',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['D4', 'N1'],
  why: 'Rocket.Chat serves it at its own address, `chat.example.org`. Others ask at the domain, `example.org`, whose web server has to pass that path on.',
  async run(context) {
    const { role, name } = subjectOf(context);
    if (role !== 'own' || name !== (await settingOf(context, 'Federation_Service_Domain')))
      return skips("it is not the name of Rocket.Chat's own federation");
    const documents = await wellKnownOf(context);
    if (documents.some(({ outcome }) => outcome === 'found'))
      return passes(`https://${name}/.well-known/matrix/server answers`);
    if (await leadsToItself(context)) return passes('it is not there, and others find Rocket.Chat all the same');
    return {
      status: 'fail',
      detail: `https://${name}/.well-known/matrix/server is not there`,
      affects: ['other servers do not find this one'],
      cure: {
        text: 'Pass that path on to Rocket.Chat:',
        config: {
          file: `nginx, in the server block of ${name}`,
          lines: ['location /.well-known/matrix/ {', '  proxy_pass https://chat.example.org;', '}'],
        },
      },
    };
  },
};
