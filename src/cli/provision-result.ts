import { RcfedError } from '../lib/core/errors.ts';
import type { View } from '../lib/output/view.ts';
import type { Provisioned } from '../lib/provision/apply.ts';
import type { ForcedSetting } from '../lib/provision/apply-change.ts';
import type { Mode } from '../lib/provision/mode.ts';
import type { PlanStep, ProvisionPlan } from '../lib/provision/plan.ts';
import { changeTitle } from '../lib/provision/wanted-change.ts';
import type { FileToWrite } from '../lib/provision/written-files.ts';
import type { CommandResult } from './base-command.ts';
import { type Proven, type ProvisionProof, proofView } from './provision-proof.ts';
import { filesView, keptWarnings } from './setup-file-flags.ts';

/** The `data` of `federation provision --json`. */
export interface ProvisionData {
  readonly profile: string;
  readonly mode: Mode;
  /** False: everything was so already, or nothing was to be done. */
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly steps: readonly PlanStep[];
  /** Changes that would help, and that nobody asked for. */
  readonly left: readonly {
    readonly id: string;
    readonly title: string;
    readonly why: string;
    /** Then --loosen does it. */
    readonly loosens: boolean;
  }[];
  /** What both servers say of themselves. */
  readonly workspace: { readonly version: string; readonly siteUrl: string };
  readonly homeserver: {
    readonly software: string | null;
    readonly speaks: string | null;
    /** Bytes; null: unknown, or none. */
    readonly uploadLimit: number | null;
    /** Where .well-known sends clients; null: there is none. */
    readonly wellKnown: string | null;
    /** Where .well-known sends other servers; null: there is none, or none that answers at once. */
    readonly wellKnownServer: string | null;
    /** Of new rooms; null: nobody may ask yet. */
    readonly roomVersion: string | null;
  } | null;
  /** What was found that gets into the way, as sentences. */
  readonly found: readonly string[];
  /** Settings that the environment of Rocket.Chat holds fast. */
  readonly forced: readonly ForcedSetting[];
  /** Besides registration.yaml. */
  readonly files: readonly FileToWrite[];
  /** Path of registration.yaml; null: there is none in this mode. */
  readonly registration: string | null;
  readonly homeserverYaml: string;
  /** Whether the homeserver has read the registration. */
  readonly homeserverKnows: boolean;
  /** How long the homeserver took to ping the bridge, ms; null: nobody waited for it. */
  readonly pingMs: number | null;
  /** A message each way, after --wait, or what is missing for one; null: nobody waited. */
  readonly proof: ProvisionProof | null;
  /** With --new-homeserver: what to know of one, as paragraphs. */
  readonly explained: readonly string[];
  readonly next: readonly string[];
}

/** One file, also as a dry run tells of it. */

export interface ProvisionRun {
  /** `looked`: nothing was to be done. */
  readonly kind: 'done' | 'looked' | 'checked';
  readonly files: readonly FileToWrite[];
  readonly applied?: Provisioned | undefined;
  readonly pingMs?: number | undefined;
  readonly proven?: Proven | undefined;
  /** Whether the lines for the homeserver let rooms be published. */
  readonly publishRooms: boolean;
}

/** What a run of `federation provision` did, or would do. */
export async function provisionResult(plan: ProvisionPlan, ran: ProvisionRun): Promise<CommandResult<ProvisionData>> {
  const { newHomeserver } = await import('../lib/provision/new-homeserver.ts');
  const { request, workspace, homeserver, mode, left, found } = plan;
  const registration = plan.registration === undefined ? null : (plan.values['registration'] ?? null);
  const forced = ran.applied?.forced ?? [];
  const { files } = ran;
  const data: ProvisionData = {
    profile: request.profile,
    mode,
    changed: (ran.applied?.changed ?? false) || files.some(({ outcome }) => outcome === 'written'),
    dryRun: ran.kind === 'looked',
    steps: [...plan.steps, ...filesStep(plan, files)],
    left: left.map((change) => ({
      id: change.id,
      title: changeTitle(change),
      why: change.why,
      loosens: change.loosens,
    })),
    workspace: { version: workspace.version, siteUrl: workspace.siteUrl },
    homeserver:
      homeserver === undefined
        ? null
        : {
            software: homeserver.software ?? null,
            speaks: homeserver.speaks ?? null,
            uploadLimit: homeserver.uploadLimit ?? null,
            wellKnown: homeserver.wellKnown ?? null,
            wellKnownServer: homeserver.wellKnownServer ?? null,
            roomVersion: homeserver.roomVersion ?? null,
          },
    found,
    forced,
    files,
    registration,
    homeserverYaml: await homeserverLines(plan, registration, ran.publishRooms),
    homeserverKnows: plan.homeserverKnows || ran.pingMs !== undefined,
    pingMs: ran.pingMs ?? null,
    proof: ran.proven?.proof ?? null,
    explained: request.newHomeserver === true ? newHomeserver(request.serverName) : [],
    next: nextSteps(plan, ran),
  };
  const problem = problemOf(data, ran.kind) ?? ran.proven?.problem;
  return {
    data,
    view: viewOf(data, ran),
    warnings: [...found, ...keptWarnings(files), ...(ran.proven?.warnings ?? [])],
    ...(problem === undefined ? {} : { problem }),
  };
}

async function homeserverLines(
  { registration, request }: ProvisionPlan,
  path: string | null,
  publishRooms: boolean,
): Promise<string> {
  if (registration === undefined || path === null) return '';
  const { homeserverYamlLines } = await import('../lib/matrix/registration.ts');
  if (!publishRooms) return homeserverYamlLines(path);
  const { publishedRoomsYaml } = await import('../lib/provision/artifacts/homeserver-yaml.ts');
  const { serverName } = request;
  return `${homeserverYamlLines(path)}${publishedRoomsYaml({ registration, serverName })}`;
}

/** All files are one step: what became of each is told after it. */
function filesStep({ folder }: ProvisionPlan, files: readonly FileToWrite[]): ProvisionData['steps'] {
  if (files.length === 0) return [];
  const needed = files.some(({ outcome }) => outcome === 'written' || outcome === 'to write');
  return [{ id: 'files', title: `Files to run the bridge with in ${folder}`, needed }];
}

function nextSteps(plan: ProvisionPlan, { pingMs, applied, proven }: ProvisionRun): readonly string[] {
  const { profile, serverName } = plan.request;
  if (plan.mode === 'native') return [`rcfed federation diagnose --profile ${profile}`];
  if (plan.mode === 'legacy') {
    const drift = applied?.legacy?.drift ?? [];
    const differed = drift.length === 0 ? '' : ` (it differed in ${drift.join(', ')})`;
    return [
      `Bring ${plan.folder}/rocketchat-registration.yaml to the homeserver of ${serverName}${differed}, and start it and Rocket.Chat again.`,
      `rcfed federation diagnose --profile ${profile}`,
    ];
  }
  const isProven = proven?.proof.smoke?.state === 'passed';
  const bring = `Bring ${plan.values['registration'] ?? 'registration.yaml'} to the homeserver, add the lines to its homeserver.yaml (with the path there), and restart it.`;
  return [
    ...(plan.homeserverKnows || pingMs !== undefined
      ? []
      : [bring, `rcfed federation provision --wait 5m --profile ${profile}`]),
    ...(isProven ? [] : [`rcfed federation run --profile ${profile}`, 'rcfed federation smoke']),
    `rcfed rooms link ROOM --new --profile ${profile}`,
  ];
}

function problemOf({ steps, forced }: ProvisionData, kind: ProvisionRun['kind']): RcfedError | undefined {
  const drift = steps.filter(({ needed }) => needed);
  if (kind === 'checked' && drift.length > 0) {
    return new RcfedError('RCFED_DRIFT', `Not as it would be set up: ${drift.map(({ id }) => id).join(', ')}`);
  }
  if (forced.length === 0) return undefined;
  const names = forced.map(({ setting }) => setting).join(', ');
  return new RcfedError('RCFED_SETTING_FORCED', `The environment of Rocket.Chat holds fast ${names}`, {
    why: 'OVERWRITE_SETTING_… goes before what an admin sets.',
    try: forced.flatMap(({ compose, helm }) => [
      `In the environment of a compose file: ${compose}`,
      `In the values of the Helm chart: ${helm}`,
    ]),
  });
}

function viewOf(data: ProvisionData, { kind }: ProvisionRun): View {
  const { steps, left, files, changed, homeserverKnows, homeserverYaml, pingMs, proof, explained, next } = data;
  const done = kind === 'done' ? '+ done:     ' : '+ to do:    ';
  return [
    ...explained.flatMap((paragraph) => [paragraph, '']),
    ...serversView(data),
    ...steps.map(({ title, needed }) => `${needed ? done : '  already so:'} ${title}`),
    ...left.map(({ title, why, loosens }) => `  left:       ${title}. ${why}${loosens ? ' To do it: --loosen' : ''}`),
    ...filesView(files),
    ...(changed || kind !== 'done' ? [] : ['Everything is already so.']),
    ...(pingMs === null ? [] : [`The homeserver has loaded the registration and reaches the bridge, in ${pingMs} ms.`]),
    ...(proof === null ? [] : proofView(proof)),
    ...(homeserverKnows || homeserverYaml === '' ? [] : ['', 'Lines for homeserver.yaml:', homeserverYaml]),
    '',
    'Next:',
    ...next.map((step) => `  ${step}`),
  ];
}

/** What both servers say of themselves. */
function serversView({ workspace, homeserver }: ProvisionData): View {
  const about = [`Workspace: Rocket.Chat ${workspace.version}, ${workspace.siteUrl || 'without a Site_Url'}`];
  if (homeserver === null) return about;
  const { software, speaks, uploadLimit, wellKnown, wellKnownServer, roomVersion } = homeserver;
  const parts = [
    software ?? 'it does not say which',
    ...(speaks === null ? [] : [`Matrix ${speaks}`]),
    ...(uploadLimit === null ? [] : [`files up to ${uploadLimit} bytes`]),
    ...(roomVersion === null ? [] : [`rooms of version ${roomVersion}`]),
    wellKnown === null ? 'no .well-known for clients' : `.well-known sends clients to ${wellKnown}`,
    wellKnownServer === null ? 'no .well-known for servers' : `.well-known sends servers to ${wellKnownServer}`,
  ];
  return [...about, `Homeserver: ${parts.join(', ')}`];
}
