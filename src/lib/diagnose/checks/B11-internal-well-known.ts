import { type Check, passes, skips } from '../check.ts';
import { allAddressesOf } from '../facts/addresses.ts';
import { legacySettings } from '../facts/legacy.ts';
import { NameError } from '../probe/probe.ts';
import { isPublicAddress } from '../probe/public-address.ts';

export const internalWellKnown: Check = {
  id: 'B11',
  group: 'legacy',
  title: 'It publishes no address of the inner network',
  severity: 'fail',
  fix: 'printed',
  needs: ['B13'],
  why: 'With `serve_well_known` it tells the world the host of `Federation_Matrix_homeserver_url`; with the documented `http://synapse:8008` that is `synapse:8008`, and clients are given it without its port.',
  async run(context) {
    const { servesWellKnown, homeserverUrl } = await legacySettings(context);
    if (!servesWellKnown) return skips('it serves no .well-known document');
    if (!URL.canParse(homeserverUrl)) return skips('the address of the homeserver is none');
    const { hostname } = new URL(homeserverUrl);
    const addresses = await allAddressesOf(context, hostname).catch((error: unknown) => {
      if (error instanceof NameError) return [];
      throw error;
    });
    const isPublic = addresses.length > 0 && addresses.every(({ address }) => isPublicAddress(address));
    if (isPublic && hostname.includes('.')) return passes(hostname);
    return {
      status: 'fail',
      detail: `it publishes ${hostname}, which nobody outside reaches`,
      cure: {
        text: 'Switch it off, and serve the document in the proxy:',
        config: { file: 'Administration, Settings, Federation', lines: ['Serve well known: off'] },
      },
    };
  },
};
