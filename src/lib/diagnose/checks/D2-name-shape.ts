import { type Check, passes } from '../check.ts';
import { subjectOf } from '../context.ts';
import { namePartsOf } from '../facts/name-parts.ts';

export const nameShape: Check = {
  id: 'D2',
  group: 'discovery',
  title: 'The server name can be moved',
  severity: 'warn',
  fix: 'printed',
  about: 'name',
  needs: ['D1'],
  why: 'For an IP address, or a name with a port, other servers skip the `.well-known` document and SRV records: the server can never move to another host or port, and the name stands in every user id for ever.',
  async run(context) {
    const { name } = subjectOf(context);
    const { isLiteral, port } = namePartsOf(name);
    if (!isLiteral && port === undefined) return passes(`${name} is a host name without a port`);
    return {
      status: isLiteral ? 'warn' : 'info',
      detail: `${name} is ${isLiteral ? 'an IP address' : 'a name with a port'}: .well-known and SRV records are skipped`,
      cure: { text: 'A new homeserver is better given a bare host name; this one can not be renamed.' },
    };
  },
};
