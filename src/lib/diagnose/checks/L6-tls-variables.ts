import { access, constants } from 'node:fs/promises';
import { type Check, passes } from '../check.ts';
import { shellWord } from '../../core/shell-word.ts';

export const tlsVariables: Check = {
  id: 'L6',
  group: 'machine',
  title: 'Certificates are verified',
  severity: 'fail',
  fix: 'printed',
  why: '`NODE_TLS_REJECT_UNAUTHORIZED=0` lets anybody on the way read and change everything, tokens included. A private authority is trusted with `--ca-file` or `NODE_EXTRA_CA_CERTS`, whose file Node ignores without a word when it can not read it.',
  async run({ env }) {
    if (env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0')
      return {
        status: 'fail',
        detail: 'NODE_TLS_REJECT_UNAUTHORIZED=0 switches it off',
        affects: ['anybody on the way can read the tokens'],
        cure: {
          text: 'Trust the authority instead:',
          commands: ['unset NODE_TLS_REJECT_UNAUTHORIZED', 'rcfed federation diagnose --ca-file authority.pem'],
        },
      };
    const extra = env['NODE_EXTRA_CA_CERTS'];
    if (extra === undefined || extra === '') return passes('they are');
    const isThere = await access(extra, constants.R_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return passes(`they are, also with those of ${extra}`);
    return {
      status: 'fail',
      detail: `NODE_EXTRA_CA_CERTS names ${extra}, which can't be read`,
      cure: { text: 'Name a PEM file that is there:', commands: [`ls -l ${shellWord(extra)}`] },
    };
  },
};
