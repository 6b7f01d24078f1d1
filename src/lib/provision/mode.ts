import { RcfedError } from '../core/errors.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';

/**
 * How a workspace federates: by rcfed's own bridge (any version and plan), as a homeserver itself (7.11 and
 * later, with the licence), or by the bridge that Rocket.Chat had (up to 7.10).
 */
export const MODES = ['bridge', 'native', 'legacy'] as const;
export type Mode = (typeof MODES)[number];

/** Of the licence. */
const MODULE = 'federation';

/** Modes that a version of Rocket.Chat knows; whether a licence allows them is another question. */
export function modesOf(version: string): readonly Mode[] {
  return ['bridge', isNative(version) ? 'native' : 'legacy'];
}

/** For a person; the answers are {@link modesOf}. */
export function modeQuestion(version: string): string {
  const other = isNative(version)
    ? 'native: Rocket.Chat itself, needs the licence'
    : 'legacy: the bridge in Rocket.Chat, gone from 7.11 on';
  return `How is this workspace (Rocket.Chat ${version}) to federate? bridge: by rcfed, any plan; ${other}`;
}

/** Whether a workspace federates by a way of its own; a relic of the bridge that it had does not count. */
export async function federationOf(
  api: Pick<WorkspaceApi, 'info' | 'publicSettings'>,
): Promise<{ readonly version: string; readonly federates: boolean }> {
  const { version } = await api.info();
  const setting = isNative(version) ? 'Federation_Service_Enabled' : 'Federation_Matrix_enabled';
  return { version, federates: (await api.publicSettings([setting])).get(setting) === true };
}

/**
 * Makes sure that a workspace can federate in that way, before anything is changed.
 * @param modules of the licence; undefined: nobody could ask
 * @throws RcfedError RCFED_MODE_UNFIT
 */
export function refuseUnfit(mode: Mode, version: string, modules: readonly string[] | undefined): void {
  if (mode === 'native' && !isNative(version)) {
    throw unfit(`Rocket.Chat ${version} is no Matrix homeserver itself`, 'It has been one from 7.11 on.');
  }
  if (mode === 'native' && modules?.includes(MODULE) === false) {
    throw unfit(
      'The licence of the workspace has no federation',
      `Rocket.Chat's own federation needs the module ${MODULE}.`,
    );
  }
  if (mode === 'legacy' && isNative(version)) {
    throw unfit(
      `Rocket.Chat ${version} has no bridge of its own any more`,
      'It worked up to 7.10; later versions show its settings, and 9.0 has none of them.',
    );
  }
}

function isNative(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major >= 8 || (major === 7 && minor >= 11);
}

const unfit = (message: string, why: string): RcfedError => new RcfedError('RCFED_MODE_UNFIT', message, { why });
