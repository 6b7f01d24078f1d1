import * as Flags from '@oclif/core/flags';

const list = Flags.custom<string[]>({
  helpValue: 'ID,…',
  parse: (input) => Promise.resolve(input.split(/[\s,]+/).flatMap((id) => (id === '' ? [] : [id.toUpperCase()]))),
});

/** Flags of `federation diagnose`. */
export const diagnoseFlags = {
  with: Flags.string({ summary: 'Look at this other server as well.', env: 'RCFED_WITH', helpValue: 'SERVER' }),
  only: list({ summary: 'Only these checks, and what they need.', env: 'RCFED_ONLY' }),
  skip: list({ summary: 'Leave these checks out.', env: 'RCFED_SKIP' }),
  'list-checks': Flags.boolean({ summary: 'List all checks instead.', env: 'RCFED_LIST_CHECKS' }),
  deep: Flags.boolean({ summary: 'Also checks that send something.', env: 'RCFED_DEEP' }),
  external: Flags.boolean({ summary: 'Also ask third parties, who learn the server name.', env: 'RCFED_EXTERNAL' }),
  'check-updates': Flags.boolean({
    summary: 'Also ask the package registry for a newer version.',
    env: 'RCFED_CHECK_UPDATES',
  }),
  'allow-private': Flags.boolean({
    summary: 'Follow names from documents of servers to private addresses too.',
    env: 'RCFED_ALLOW_PRIVATE',
  }),
  strict: Flags.boolean({ summary: 'Exit with 1 for warnings too.', env: 'RCFED_STRICT' }),
  fix: Flags.boolean({ summary: 'Mend what can be mended safely, after asking.', env: 'RCFED_FIX' }),
  watch: Flags.boolean({
    summary: 'Look again and again until Ctrl-C.',
    env: 'RCFED_WATCH',
    exclusive: ['fix', 'format', 'output', 'bundle'],
  }),
  format: Flags.option({
    summary: 'How the report is written.',
    env: 'RCFED_FORMAT',
    options: ['human', 'json', 'junit', 'tap'] as const,
  })(),
  output: Flags.string({ summary: 'Write the report into this file.', env: 'RCFED_OUTPUT', helpValue: 'FILE' }),
  bundle: Flags.string({
    summary: 'Write everything that helps others to help, without secrets, into this file.',
    env: 'RCFED_BUNDLE',
    helpValue: 'FILE',
  }),
};
