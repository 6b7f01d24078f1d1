import { resolve } from 'node:path';
import * as Args from '@oclif/core/args';
import * as Flags from '@oclif/core/flags';
import type { Question } from '../../cli/answers.ts';
import { BaseCommand, type CommandResult } from '../../cli/base-command.ts';
import { dryRunFlag, dryRunView, type Planned } from '../../cli/dry-run.ts';
import { keptOf, type ProfileContent } from '../../cli/kept-profile.ts';
import { profileFlags } from '../../cli/profile-flags.ts';
import { secretHint } from '../../cli/secret-flags.ts';
import { parseField, type ProfileField, type ProfileKind, profileFields } from '../../lib/config/profile-fields.ts';
import type { ComparedProfile, NewProfile, StoredProfile } from '../../lib/config/profiles.ts';
import type { Secret } from '../../lib/core/secret.ts';

interface ProfileAddData extends Planned {
  readonly name: string;
  readonly kind: ProfileKind;
  /** False: the profile was already so. */
  readonly changed: boolean;
  /** Whether it is the profile in use. */
  readonly current: boolean;
}

export default class ProfileAdd extends BaseCommand<typeof ProfileAdd, ProfileAddData> {
  static override summary = 'Add a profile: a workspace, a homeserver and how to reach them.';
  static override description =
    'Asks what the flags leave open. Secrets are asked for without showing them, or read from files or stdin, and kept encrypted. With --replace what is not given stays as it was; the token and password of another account do not.';
  static override examples = [
    '<%= config.bin %> profile add',
    '<%= config.bin %> profile add work --workspace-url https://chat.example.org --workspace-user-id ID --workspace-token-file token --homeserver-url https://matrix.example.org --server-name example.org',
    '<%= config.bin %> profile add me --kind user --workspace-url https://chat.example.org --admin https://bridge.example.org --workspace-token-stdin < token',
    '<%= config.bin %> profile add --replace --workspace-token-file token',
  ];
  static override schema = 'profile-add/1' as const;
  static override args = {
    name: Args.string({ description: 'Name of the profile; unset: default, and with --replace the one in use.' }),
  };
  static override flags = {
    ...profileFlags,
    kind: Flags.option({ options: ['admin', 'user'] as const })({
      summary: 'Who it is for: the admin of the bridge, or one person of the workspace. Default: admin.',
      env: 'RCFED_KIND',
    }),
    replace: Flags.boolean({
      summary: 'Change a profile that is there: what is given replaces what it has.',
      env: 'RCFED_REPLACE',
    }),
    ...dryRunFlag,
  };

  protected async execute(): Promise<CommandResult<ProfileAddData>> {
    const { addProfile, listProfiles, planProfile } = await import('../../lib/config/profiles.ts');
    const { journaledProfile } = await import('../../lib/journal/journaled-profile.ts');
    const before = this.flags.replace ? await this.present() : undefined;
    const name = this.args.name ?? before?.name ?? 'default';
    const kind: ProfileKind = this.flags.kind ?? before?.kind ?? 'admin';
    const { values, secrets } = await this.gather(kind, before);
    const added = { name, kind, values, secrets };
    const compared = await planProfile(this.context, added, this.flags.replace);
    const plan = compared.isSo ? [`= profile ${name}`] : planOf(added, compared);
    const dryRun = this.flags['dry-run'];
    if (dryRun) {
      const { current } = await listProfiles(this.context);
      return { data: { name, kind, changed: false, current: current === name, dryRun, plan }, view: dryRunView(plan) };
    }
    const add = () => addProfile(this.context, added, this.flags.replace);
    const changes = { name, before: compared.before, after: added };
    const changed = !compared.isSo && (await journaledProfile(this.context, changes, add));
    const current = (await listProfiles(this.context)).current === name;
    return {
      data: { name, kind, changed, current, dryRun, plan },
      view: [
        changed
          ? `Profile ${name} is kept${current ? ' and in use' : `; use it with: rcfed profile use ${name}`}.`
          : `Profile ${name} is already so.`,
      ],
    };
  }

  /** The profile to be replaced; undefined: there is none yet. */
  private async present(): Promise<StoredProfile | undefined> {
    const { listProfiles } = await import('../../lib/config/profiles.ts');
    const { current, profiles } = await listProfiles(this.context);
    const wanted = this.args.name ?? this.settings.profile ?? current;
    return profiles.find(({ name }) => name === wanted);
  }

  private async gather(kind: ProfileKind, before: StoredProfile | undefined): Promise<ProfileContent> {
    const fields = profileFields.filter(({ kinds }) => kinds.includes(kind));
    const given = this.givenValues(fields);
    const kept = await keptOf(this.context, before, kind, given);
    const values: Record<string, string> = { ...kept.values, ...given };
    const secrets: Record<string, Secret> = { ...kept.secrets };
    for (const field of fields) {
      const secret = field.secret === true ? await this.secret(field.name) : undefined;
      if (secret !== undefined) secrets[field.name] = secret;
    }
    const asked = fields.filter((field) => isNeeded(field, kind, { values, secrets }));
    const answers = await this.ask(
      Object.fromEntries(
        asked.map((field) => [field.name, questionFor(field, values[field.name] ?? secrets[field.name])]),
      ),
    );
    for (const [field, answer] of Object.entries(answers)) {
      if (typeof answer === 'string') values[field] = answer;
      else secrets[field] = answer;
    }
    return { values, secrets };
  }

  private givenValues(fields: readonly ProfileField[]): Record<string, string> {
    const flags = this.flags as Readonly<Record<string, unknown>>;
    const { caFile, timeoutMs } = this.settings;
    const given = (name: string): unknown =>
      name === 'ca-file'
        ? caFile && resolve(caFile)
        : name === 'timeout'
          ? timeoutMs === undefined
            ? undefined
            : `${timeoutMs}ms`
          : flags[name];
    const values: Record<string, string> = {};
    for (const { name, secret } of fields) {
      const value = given(name);
      if (secret !== true && typeof value === 'string') values[name] = value;
    }
    return values;
  }
}

function planOf({ name, kind, values, secrets }: NewProfile, { before, sameSecrets }: ComparedProfile): string[] {
  const own = before === undefined ? `+ profile ${name} (${kind})` : `~ profile ${name} (${kind})`;
  const was = (field: string): string | undefined => before?.values[field];
  return [
    own,
    ...Object.entries(values).flatMap(([field, value]) => {
      if (was(field) === value) return [];
      return [was(field) === undefined ? `+ ${field}: ${value}` : `~ ${field}: ${was(field)} → ${value}`];
    }),
    ...Object.keys(secrets)
      .filter((field) => !sameSecrets.includes(field))
      .map((field) => `${before?.secrets[field] === undefined ? '+' : '~'} ${field}: as given`),
    ...Object.keys({ ...before?.values, ...before?.secrets })
      .filter((field) => values[field] === undefined && secrets[field] === undefined)
      .map((field) => `- ${field}`),
  ];
}

/** The account on the workspace is either a token with its user id, or a name with its password. */
const isNeeded = (field: ProfileField, kind: ProfileKind, { values, secrets }: ProfileContent): boolean => {
  const byToken = values['workspace-user-id'] !== undefined && secrets['workspace-token'] !== undefined;
  const byPassword = !byToken && values['workspace-username'] !== undefined;
  switch (field.name) {
    case 'workspace-user-id':
    case 'workspace-token':
      return !byPassword;
    case 'workspace-password':
      return byPassword;
    default:
      return field.requiredFor?.includes(kind) === true;
  }
};

const questionFor = (field: ProfileField, given: string | Secret | undefined): Question<string | Secret> => {
  const message = `${field.summary.charAt(0).toUpperCase()}${field.summary.slice(1)}:`;
  return field.secret === true
    ? { flag: `(${secretHint(field.name)})`, given, ask: (prompts) => prompts.secret(message) }
    : {
        flag: `--${field.name}${field.helpValue === undefined ? '' : ` ${field.helpValue}`}`,
        given,
        ask: async (prompts) => parseField(field, await prompts.text(message)),
      };
};
