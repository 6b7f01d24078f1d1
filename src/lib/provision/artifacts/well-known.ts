import { type Artifact, jsonText, openFile } from './artifact.ts';
import { clientUrl, type SetupFacts } from './setup-facts.ts';

/** Where other servers find the one behind a server name. https://spec.matrix.org/v1.16/server-server-api/#getwell-knownmatrixserver */
export const wellKnownServer = ({ federationHost }: SetupFacts): object => ({ 'm.server': `${federationHost}:443` });

/** Where clients find it. https://spec.matrix.org/v1.16/client-server-api/#getwell-knownmatrixclient */
export const wellKnownClient = (facts: SetupFacts): object => ({ 'm.homeserver': { base_url: clientUrl(facts) } });

/** The two files as a static web server of the server name's host hands them out. */
export const wellKnown = (facts: SetupFacts): Artifact[] => [
  openFile('well-known/matrix/server', jsonText(wellKnownServer(facts))),
  openFile('well-known/matrix/client', jsonText(wellKnownClient(facts))),
];
