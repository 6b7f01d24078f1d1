import type { RcfedError } from '../core/errors.ts';
import type { BridgeService } from '../bridge/service/views.ts';

/** What slash commands do, they do through the same services as the commands of their names. */
export type SlashService = Pick<
  BridgeService,
  'changeMembers' | 'changeRoom' | 'invite' | 'join' | 'leave' | 'openDirect' | 'search'
>;

/** Where somebody says it. */
export interface SlashContext {
  readonly service: SlashService;
  /** Name, alias or id of the federated room; undefined: in none. */
  readonly room: string | undefined;
  /** Username of the one who says it; undefined: whoever the service takes them for. */
  readonly as: string | undefined;
  /** Nothing is changed: the answer says what would be. */
  readonly dryRun: boolean;
}

/** What came of it. */
export interface SlashAnswer {
  /** For a person: plain lines; of what would be done, the plan. */
  readonly lines: readonly string[];
  /** False: it was so already, or nothing is changed by it. */
  readonly changed: boolean;
  /** What the service answered. */
  readonly result: object | null;
  readonly warnings?: readonly string[];
  /** Something of it could not be done. */
  readonly problem?: RcfedError | undefined;
}

/** How many words follow. */
export type SlashArguments = 'none' | 'maybe text' | 'text' | 'one' | 'people';

export interface SlashWord {
  /** Without the slash. */
  readonly name: string;
  /** What follows it, as people are shown. */
  readonly takes: string;
  readonly does: string;
  readonly arguments: SlashArguments;
  /** It is about one federated room. */
  readonly inRoom: boolean;
  /** What is to be confirmed first, at a terminal. */
  readonly asks?: (room: string) => string;
  /** `words`: what follows; of a text one word alone. */
  run(words: readonly string[], context: SlashContext): Promise<SlashAnswer>;
}
