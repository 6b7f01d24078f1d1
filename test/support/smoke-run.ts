import type { MatrixRoomId, WorkspaceRoomId } from '../../src/lib/core/ids.ts';
import type { Bench } from './bridge-bench.ts';
import type { Strangers } from './direct-scene.ts';
import type { CommandRun } from './run-command.ts';
import { expectSchema } from './schema.ts';

/** What `federation smoke --json` answers. */
export interface SmokeAnswer {
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly why?: string };
  readonly data: {
    readonly state: string;
    readonly ways: readonly { readonly state: string; readonly latencyMs?: number }[];
    readonly room?: {
      readonly matrixRoomId: MatrixRoomId;
      readonly workspaceRoomId: WorkspaceRoomId;
      readonly made: boolean;
    };
    readonly answer?: string;
    readonly cleaned: boolean;
  };
}

/** What a CI job has: two ordinary accounts, and nothing on its disk. */
export function environmentOf(bench: Bench, { alice, bob }: Pick<Strangers, 'alice' | 'bob'>): Record<string, string> {
  return {
    RCFED_WORKSPACE_URL: bench.workspace.url,
    RCFED_SMOKE_WORKSPACE_USER_ID: bob.credentials?.userId ?? '',
    RCFED_SMOKE_WORKSPACE_TOKEN: bob.credentials?.token.reveal() ?? '',
    RCFED_HOMESERVER_URL: bench.homeserver.url,
    RCFED_SMOKE_HOMESERVER_TOKEN: bench.matrixToken(alice),
  };
}

/** The JSON answer, seen to be as its schema says. */
export function answerOf(run: CommandRun): SmokeAnswer {
  const answer = run.json<SmokeAnswer>();
  expectSchema(answer);
  return answer;
}

export const statesOf = ({ data }: SmokeAnswer): string[] => data.ways.map(({ state }) => state);
