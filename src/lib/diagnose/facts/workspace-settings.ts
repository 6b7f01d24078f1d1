import type { CheckContext } from '../context.ts';

/** A setting of the workspace; undefined: it has none of that name. */
export function settingOf({ once, setup }: Pick<CheckContext, 'once' | 'setup'>, id: string): Promise<unknown> {
  return once(`setting:${id}`, async () => (await (await setup.workspace()).setting(id))?.value);
}

/** Which of Rocket.Chat's own ways to federate are switched on. */
export async function federationModes(
  context: Pick<CheckContext, 'once' | 'setup'>,
): Promise<{ readonly native: boolean; readonly legacy: boolean }> {
  const [native, legacy] = await Promise.all([
    settingOf(context, 'Federation_Service_Enabled'),
    settingOf(context, 'Federation_Matrix_enabled'),
  ]);
  return { native: native === true, legacy: legacy === true };
}
