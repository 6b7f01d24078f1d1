import { capabilitiesOf } from '../../rocketchat/versions.ts';
import { type Check, passes, skips } from '../check.ts';

export const legacyAuthorization: Check = {
  id: 'B9',
  group: 'legacy',
  title: 'The homeserver speaks to it as it understands',
  severity: 'warn',
  fix: 'printed',
  needs: ['B1'],
  why: 'Rocket.Chat 6.12 to 6.x knows the `hs_token` only as a parameter of the address, which newer homeservers no longer send by themselves.',
  async run(context) {
    const { version } = await (await context.setup.workspace()).info();
    const { major, minor } = capabilitiesOf(version);
    if (major !== 6 || minor < 12) return skips(`Rocket.Chat ${version} needs nothing`);
    return {
      ...passes(''),
      status: 'warn',
      detail: `Rocket.Chat ${version} needs the old way of authorization`,
      cure: {
        text: 'If B7 says M_BAD_STATUS, add it in both files:',
        config: { file: 'homeserver.yaml and registration.yaml', lines: ['use_appservice_legacy_authorization: true'] },
      },
    };
  },
};
