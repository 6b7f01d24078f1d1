import { createHash } from 'node:crypto';

/** What is left of a text in `[0-9a-z-_.]`, accents taken off; `lossy`: two texts may share it. */
export function plainName(text: string): { readonly name: string; readonly lossy: boolean } {
  const lowered = text.toWellFormed().toLowerCase();
  const name = lowered
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^0-9a-z_.-]+/g, '-')
    .replace(/^[.-]+|-+$/g, '');
  return { name, lossy: name === '' || name !== text };
}

/** Hex characters that depend on the whole text, and on how many shorter names were already taken. */
export function nameHash(text: string, attempt: number): string {
  return createHash('sha256').update(`${attempt}\0${text}`).digest('hex').slice(0, 8);
}
