import { Config } from '@oclif/core/config';
import type { Command } from '@oclif/core/command';

/** A command as the manifest describes it, with our own `schema` next to oclif's fields. */
export type ManifestCommand = Command.Cached & { schema?: string; relativePath?: string[] };

export interface Manifest {
  commands: Record<string, ManifestCommand>;
  version: string;
}

/** Reads the commands of src/ and describes them as they will be found in dist/, in alphabetical order. */
export const manifestFromSource = async (root: string, packageJson: Config['pjson']): Promise<Manifest> => {
  const config = await Config.load({
    root,
    pjson: { ...packageJson, oclif: { ...packageJson.oclif, commands: './src/commands', plugins: [] } },
    ignoreManifest: true,
    errorOnManifestCreate: true,
  });
  const own = config.getPluginsList().find(({ name }) => name === packageJson.name);
  // oclif's interface of a plugin keeps the manifest to itself.
  const manifest = own === undefined ? undefined : (own as unknown as { manifest: Manifest }).manifest;
  if (manifest === undefined) throw new Error('oclif does not find the commands of this package');
  return {
    commands: Object.fromEntries(
      Object.entries(manifest.commands)
        .toSorted(([a], [b]) => a.localeCompare(b, 'en'))
        .map(([id, command]) => [id, { ...command, relativePath: builtPath(command.relativePath ?? []) }]),
    ),
    version: manifest.version,
  };
};

const builtPath = (parts: readonly string[]): string[] =>
  parts.map((part, at) => (at === 0 ? 'dist' : part.replace(/\.ts$/, '.js')));
