import type { View } from '../lib/output/view.ts';
import type { PlanStep, ProvisionPlan } from '../lib/provision/plan.ts';
import type { WrittenFile } from '../lib/provision/written-files.ts';
import type { CommandResult } from './base-command.ts';
import { filesView, keptWarnings } from './setup-file-flags.ts';

/** The `data` of `federation provision --json`. */
export interface ProvisionData {
  readonly profile: string;
  /** False: everything was so already, or --dry-run. */
  readonly changed: boolean;
  readonly dryRun: boolean;
  readonly steps: readonly (Omit<PlanStep, 'id'> & { readonly id: PlanStep['id'] | 'files' })[];
  /** Besides registration.yaml. */
  readonly files: readonly ProvisionedFile[];
  /** Path of registration.yaml. */
  readonly registration: string;
  readonly homeserverYaml: string;
  /** Whether the homeserver has read the registration. */
  readonly homeserverKnows: boolean;
  readonly next: readonly string[];
}

/** One file, also as a dry run tells of it. */
export type ProvisionedFile = Omit<WrittenFile, 'outcome'> & { readonly outcome: WrittenFile['outcome'] | 'to write' };

/** What a run of `federation provision` did, or would do. */
export async function provisionResult(
  plan: ProvisionPlan,
  files: readonly ProvisionedFile[],
  ran: { readonly changed: boolean; readonly dryRun: boolean },
): Promise<CommandResult<ProvisionData>> {
  const { homeserverYamlLines } = await import('../lib/matrix/registration.ts');
  const { profile } = plan.request;
  const registration = plan.values['registration'] ?? '';
  const homeserverYaml = homeserverYamlLines(registration);
  const next = [
    ...(plan.homeserverKnows
      ? []
      : [
          `Bring ${registration} to the homeserver, add the lines to its homeserver.yaml (with the path there), and restart it.`,
        ]),
    `rcfed federation run --profile ${profile}`,
    `rcfed rooms link ROOM --new --profile ${profile}`,
  ];
  const steps = [...plan.steps, ...filesStep(plan, files)];
  const changed = ran.changed || files.some(({ outcome }) => outcome === 'written');
  const { homeserverKnows } = plan;
  const data = {
    profile,
    changed,
    dryRun: ran.dryRun,
    steps,
    files,
    registration,
    homeserverYaml,
    homeserverKnows,
    next,
  };
  return { data, view: viewOf(data), warnings: keptWarnings(files) };
}

/** All files are one step: what became of each is told after it. */
function filesStep({ folder }: ProvisionPlan, files: readonly ProvisionedFile[]): ProvisionData['steps'] {
  if (files.length === 0) return [];
  const needed = files.some(({ outcome }) => outcome === 'written' || outcome === 'to write');
  return [{ id: 'files', title: `Files to run the bridge with in ${folder}`, needed }];
}

function viewOf({ steps, files, changed, dryRun, homeserverKnows, homeserverYaml, next }: ProvisionData): View {
  const done = dryRun ? '+ to do:    ' : '+ done:     ';
  return [
    ...steps.map(({ title, needed }) => `${needed ? done : '  already so:'} ${title}`),
    ...filesView(files),
    ...(changed || dryRun ? [] : ['Everything is already so.']),
    ...(homeserverKnows ? [] : ['', 'Lines for homeserver.yaml:', homeserverYaml]),
    '',
    'Next:',
    ...next.map((step) => `  ${step}`),
  ];
}
