import type { Bridge } from '../running-bridge.ts';
import { eraseAccount } from '../ends/erase-account.ts';
import { eraseMessages } from '../ends/erase-messages.ts';
import { personalData, personalMessages } from '../ends/personal-data.ts';
import type { BridgeParts } from '../parts.ts';
import type { PersonalService } from './personal-view.ts';

export const personalService = (parts: BridgeParts, bridge: Bridge | undefined): PersonalService => ({
  personalData: ({ person }) => personalData(parts, person),
  personalMessages: (request) => personalMessages(parts, request),
  eraseMessages: (request) => eraseMessages(parts, request),
  eraseAccount: ({ person }) => eraseAccount(parts, bridge, person),
});
