import { type Check, type Verdict, passes } from '../check.ts';
import { answersOf, inShort, objectOf } from '../facts/ask-server.ts';
import { delegationOf } from '../facts/delegation.ts';
import { bracketed } from '../facts/name-parts.ts';
import { VERSION_PATH } from '../facts/server-software.ts';

export const hostHeader: Check = {
  id: 'T6',
  group: 'transport',
  title: 'The proxy knows the host that others name',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['T2'],
  why: 'Other servers send the server name, or what `m.server` says with its port, as `Host`. A virtual host that does not expect it answers with some other site.',
  async run(context) {
    const { hostHeader: host, port } = await delegationOf(context);
    const answers = await answersOf(context, { path: VERSION_PATH });
    return answers.map(({ address, answer, problem }): Verdict => {
      if (answer === undefined)
        return {
          status: 'fail',
          address,
          detail: `asked for ${host}, it does not answer: ${problem ?? ''}`,
          cure: {
            text: 'Ask it by hand:',
            commands: [`curl -v --connect-to '::${bracketed(address)}:${port}' https://${host}${VERSION_PATH}`],
          },
        };
      if (objectOf(answer) !== undefined || answer.status >= 500)
        return { ...passes(`asked for ${host}, it answers as a homeserver`), address };
      return {
        status: 'fail',
        address,
        detail: `asked for ${host}, something else answers: ${inShort(answer)}`,
        cure: {
          text: 'Take the name into the virtual host, and pass it on:',
          config: {
            file: 'nginx',
            lines: [`server_name ${host.replace(/:\d+$/, '')};`, 'proxy_set_header Host $host;'],
          },
        },
      };
    });
  },
};
