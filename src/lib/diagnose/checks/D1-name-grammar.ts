import { parseServerName } from '../../matrix/server-name.ts';
import { type Check, passes } from '../check.ts';
import { subjectOf } from '../context.ts';

export const nameGrammar: Check = {
  id: 'D1',
  group: 'discovery',
  title: 'The server name is one',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  why: 'A server name is a host name or an IP address, with a port if it needs one: no scheme, no path, no capitals. It stands in every user id and can never be changed. See [the grammar](https://spec.matrix.org/v1.17/appendices/#server-name).',
  async run(context) {
    const { name } = subjectOf(context);
    if (parseServerName(name) !== undefined && name === name.toLowerCase()) return passes(`${name} is a server name`);
    return {
      status: 'fail',
      detail: `${name} is not a server name`,
      cure: { text: 'Write the bare name, as in user ids: example.org, or example.org:8448.' },
    };
  },
};
