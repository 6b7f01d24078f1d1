import * as Flags from '@oclif/core/flags';
import { RcfedError } from '../lib/core/errors.ts';

/** Where the homeserver reaches the bridge: an http(s) URL, kept without a slash at its end. */
export const bridgeUrlFlag = Flags.custom({
  helpValue: 'URL',
  parse: (input, _context, { name }) => {
    if (/^https?:$/.test(URL.parse(input)?.protocol ?? '')) return Promise.resolve(input.replace(/\/+$/, ''));
    throw new RcfedError('RCFED_USAGE', `--${name} needs a URL such as http://127.0.0.1:29400`);
  },
});
