import type { Check } from '../check.ts';
import { nameGrammar } from './D1-name-grammar.ts';
import { secretFiles } from './L2-secret-files.ts';
import { workspaceReachable } from './R1-workspace-reachable.ts';

/** Every check, in the order in which they are listed. */
export const allChecks: readonly Check[] = [secretFiles, workspaceReachable, nameGrammar];
