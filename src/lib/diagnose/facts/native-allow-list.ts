import type { CheckContext } from '../context.ts';
import { settingOf } from './workspace-settings.ts';

/** Entries of Rocket.Chat's own allow list; empty: everybody is let in. */
export async function allowListOf(context: Pick<CheckContext, 'once' | 'setup'>): Promise<readonly string[]> {
  const list = await settingOf(context, 'Federation_Service_Allow_List');
  if (typeof list !== 'string') return [];
  return list.split(',').flatMap((entry) => (entry.trim() === '' ? [] : [entry.trim()]));
}

/** As Rocket.Chat itself compares: `*.base` is base and below, anything else the end of the name. */
export const admits = (entries: readonly string[], name: string): boolean =>
  entries.length === 0 ||
  entries.some((entry) => {
    if (!entry.startsWith('*.')) return name.endsWith(entry);
    const base = entry.slice(2);
    return name === base || name.endsWith(`.${base}`);
  });
