import type { Secret } from '../core/secret.ts';
import { mergeProfile } from './load-profile.ts';
import { type ProfileKind, profileFields, variableOf } from './profile-fields.ts';
import type { ProfileSource } from './profiles.ts';

export interface FieldDescription {
  readonly field: string;
  /** `[redacted]` for a secret that is set; null where nothing is. */
  readonly value: string | null;
  readonly from: 'environment' | 'profile' | 'default' | 'not set';
}

interface ProfileDescription {
  readonly name: string | undefined;
  readonly kind: ProfileKind;
  readonly fields: readonly (FieldDescription & { readonly secret?: Secret })[];
}

/** What a command would work with: every field of the profile, its value and where that comes from. */
export const describeProfile = async (source: ProfileSource, name?: string): Promise<ProfileDescription> => {
  const merged = await mergeProfile(source, name);
  const fields = profileFields
    .filter(({ kinds }) => kinds.includes(merged.kind))
    .map(({ name: field, default: fallback }) => {
      const secret = merged.secrets[field];
      const value = secret === undefined ? merged.values[field] : String(secret);
      const from = value === undefined ? (fallback === undefined ? 'not set' : 'default') : originOf(source, field);
      return { field, value: value ?? fallback ?? null, from, ...(secret === undefined ? {} : { secret }) } as const;
    });
  return { name: merged.name, kind: merged.kind, fields };
};

const originOf = ({ env }: ProfileSource, field: string): 'environment' | 'profile' => {
  const byStoreUrl = field === 'store-password' && /^postgres(ql)?:\/\/[^/@]*:/.test(env['RCFED_STORE'] ?? '');
  return env[variableOf(field)] || byStoreUrl ? 'environment' : 'profile';
};
