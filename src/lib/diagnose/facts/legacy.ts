import { createHash } from 'node:crypto';
import type { CheckContext } from '../context.ts';
import { settingOf } from './workspace-settings.ts';

/** What the older bridge is set to: `Federation_Matrix_…`. */
export interface LegacySettings {
  readonly status: string;
  readonly id: string;
  readonly asToken: string;
  readonly hsToken: string;
  readonly homeserverUrl: string;
  readonly domain: string;
  readonly bridgeUrl: string;
  readonly servesWellKnown: boolean;
  readonly registration: string;
  /** Public: both tokens are derived from it unless somebody changed them. */
  readonly uniqueId: string;
}

export function legacySettings(context: Pick<CheckContext, 'once' | 'setup'>): Promise<LegacySettings> {
  return context.once('legacy-settings', async () => {
    const text = async (name: string): Promise<string> => {
      const value = await settingOf(context, name);
      return typeof value === 'string' ? value : '';
    };
    const uniqueId = (await (await context.setup.workspace()).publicSettings(['uniqueID'])).get('uniqueID');
    return {
      status: await text('Federation_Matrix_configuration_status'),
      id: await text('Federation_Matrix_id'),
      asToken: await text('Federation_Matrix_as_token'),
      hsToken: await text('Federation_Matrix_hs_token'),
      homeserverUrl: await text('Federation_Matrix_homeserver_url'),
      domain: await text('Federation_Matrix_homeserver_domain'),
      bridgeUrl: await text('Federation_Matrix_bridge_url'),
      servesWellKnown: (await settingOf(context, 'Federation_Matrix_serve_well_known')) === true,
      registration: await text('Federation_Matrix_registration_file'),
      uniqueId: typeof uniqueId === 'string' ? uniqueId : '',
    };
  });
}

/** The token that the older bridge has unless somebody changed it. */
export const predictableToken = (kind: 'as' | 'hs', uniqueId: string): string =>
  createHash('sha256').update(`${kind}_${uniqueId}`).digest('hex');
