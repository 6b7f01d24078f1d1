interface Versions {
  readonly versions: readonly string[];
  readonly unstableFeatures: Readonly<Record<string, boolean>>;
  /** `Server` header: `Synapse/1.160.0`. */
  readonly server: string | undefined;
}

/** `device_id` on requests of an application service is part of the spec since v1.17. */
const SPEC_MINOR = 17;
/** Synapse does it since 1.141 without saying so in `/versions`. */
const SYNAPSE_MINOR = 141;
const UNSTABLE_FEATURES = ['org.matrix.msc4326', 'org.matrix.msc3202'];

/**
 * Whether a ghost's `device_id` is honoured, without which a send repeated after a restart of the
 * homeserver would appear twice. False may also mean that a proxy hides Synapse's name.
 */
export function supportsDeviceMasquerading(answer: Versions): boolean {
  return (
    answer.versions.some((version) => atLeast(/^v(\d+)\.(\d+)$/.exec(version), SPEC_MINOR)) ||
    UNSTABLE_FEATURES.some((feature) => answer.unstableFeatures[feature] === true) ||
    atLeast(/^Synapse\/(\d+)\.(\d+)/i.exec(answer.server ?? ''), SYNAPSE_MINOR)
  );
}

function atLeast(version: RegExpExecArray | null, minor: number): boolean {
  if (version === null) return false;
  const [, major, at] = version.map(Number);
  return major !== undefined && at !== undefined && (major > 1 || (major === 1 && at >= minor));
}
