import { type Check, passes, skips } from '../check.ts';
import { objectOf } from '../facts/ask-server.ts';
import { askUrl } from '../facts/ask-url.ts';
import { legacySettings } from '../facts/legacy.ts';

export const openRegistration: Check = {
  id: 'B14',
  group: 'legacy',
  title: 'Not everybody can make an account on its homeserver',
  severity: 'fail',
  fix: 'printed',
  needs: ['B4'],
  why: "Rocket.Chat's template for closed networks switches `enable_registration_without_verification` on. Spammers find such servers within days.",
  async run(context) {
    const { homeserverUrl } = await legacySettings(context);
    const answer = await askUrl(context, homeserverUrl, {
      method: 'POST',
      path: '/_matrix/client/v3/register',
      body: '{}',
    });
    if (typeof answer === 'string') return skips(answer);
    const flows = objectOf(answer)?.['flows'];
    const isOpen =
      answer.status === 401 &&
      Array.isArray(flows) &&
      flows.some(
        (flow: { stages?: unknown }) =>
          Array.isArray(flow.stages) && flow.stages.every((stage) => stage === 'm.login.dummy'),
      );
    if (!isOpen) return passes('they can not');
    return {
      status: 'fail',
      detail: 'anybody can make an account there without any proof',
      cure: {
        text: 'Switch it off:',
        config: {
          file: 'homeserver.yaml',
          lines: ['enable_registration: false', 'enable_registration_without_verification: false'],
        },
      },
    };
  },
};
