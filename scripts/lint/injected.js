/**
 * `rcfed/injected`: what a test or the sandbox must be able to replace is reached through an injected
 * object, so its global form is allowed in one file of src/ each. The message says which.
 */
const members = {
  'Date.now': ['src/lib/core/clock.ts', 'take a Clock (src/lib/core/clock.ts)'],
  'Math.random': [undefined, 'use node:crypto, whose numbers can be trusted'],
  'process.env': ['src/cli/process-context.ts', 'take `env` from the CommandContext'],
  'process.exit': [
    'src/cli/process-context.ts',
    'return an exit code or throw an RcfedError; exiting cuts output that a pipe still holds',
  ],
  'process.stdout': ['src/cli/process-context.ts', 'return a result, or use `io` of the CommandContext'],
  'process.stderr': ['src/cli/process-context.ts', 'return a result, or use `io` of the CommandContext'],
  'process.stdin': ['src/cli/process-context.ts', 'use `io` of the CommandContext'],
  'globalThis.fetch': ['src/lib/network/', 'take a `fetch` that knows proxy and certificates'],
};
const globals = {
  console: [undefined, 'return a result, or hand a Log on; nothing else prints'],
  fetch: ['src/lib/network/', 'take a `fetch` that knows proxy and certificates'],
};

const isAllowed = (path, allowed) => !path.includes('/src/') || (allowed !== undefined && path.includes(`/${allowed}`));

const injected = {
  create(context) {
    const path = (context.physicalFilename ?? context.filename).replaceAll('\\', '/');
    const refuse = (node, name, [allowed, instead]) => {
      if (!isAllowed(path, allowed))
        context.report({ node, message: `${name} can't be replaced in a test: ${instead}.` });
    };
    return {
      MemberExpression(node) {
        if (node.object.type !== 'Identifier') return;
        if (node.object.name === 'console') return refuse(node, 'console', globals.console);
        const property = node.computed ? node.property.value : node.property.name;
        const name = `${node.object.name}.${property}`;
        // `typeof globalThis.fetch` in a type is no access and has another node type.
        if (Object.hasOwn(members, name)) refuse(node, name, members[name]);
      },
      CallExpression(node) {
        if (node.callee.type === 'Identifier' && node.callee.name === 'fetch' && isGlobal(node.callee, context))
          refuse(node, 'fetch', globals.fetch);
      },
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length === 0) refuse(node, 'new Date()', members['Date.now']);
      },
    };
  },
};

/** A parameter or constant that happens to be called fetch is the injected one. */
function isGlobal(identifier, context) {
  for (let scope = context.sourceCode.getScope(identifier); scope !== null; scope = scope.upper) {
    const variable = scope.set.get(identifier.name);
    if (variable !== undefined && variable.defs.length > 0) return false;
  }
  return true;
}

export default { meta: { name: 'rcfed' }, rules: { injected } };
