import { isIP } from 'node:net';
import { type Check, type Verdict, passes, skips } from '../check.ts';
import { bracketed } from '../facts/name-parts.ts';
import { attemptsOf } from '../facts/handshakes.ts';

const OLD = new Set(['TLSv1', 'TLSv1.1', 'SSLv3']);

export const tls: Check = {
  id: 'T2',
  group: 'transport',
  title: 'Each address speaks TLS 1.2 or newer',
  severity: 'fail',
  fix: 'printed',
  about: 'name',
  needs: ['T1'],
  why: 'Federation is HTTPS. A `listen 8448;` without `ssl` speaks plain HTTP there, and every other server turns away.',
  async run(context) {
    const attempts = await attemptsOf(context);
    const verdicts = attempts.flatMap(({ target: { address, port, host }, handshake, problem }): Verdict[] => {
      if (problem?.step === 'tcp') return [];
      if (problem?.step === 'plain')
        return [
          {
            status: 'fail',
            address,
            detail: `${address} port ${port} speaks plain HTTP`,
            cure: {
              text: 'Speak TLS at that port:',
              config: { file: 'nginx', lines: [`listen ${port} ssl;`, `listen [::]:${port} ssl;`] },
            },
          },
        ];
      if (problem !== undefined) {
        const commands = [
          `openssl s_client -connect ${bracketed(address)}:${port}${isIP(host) === 0 ? ` -servername ${host}` : ''}`,
        ];
        return [{ status: 'fail', address, detail: problem.message, cure: { text: 'See what it says:', commands } }];
      }
      const protocol = handshake?.protocol ?? '';
      if (!OLD.has(protocol)) return [{ ...passes(`${address} speaks ${protocol}`), address }];
      return [
        {
          status: 'fail',
          address,
          detail: `${address} speaks ${protocol}, which others refuse`,
          cure: { text: 'Allow newer ones:', config: { file: 'nginx', lines: ['ssl_protocols TLSv1.2 TLSv1.3;'] } },
        },
      ];
    });
    return verdicts.length === 0 ? skips('no address takes connections') : verdicts;
  },
};
