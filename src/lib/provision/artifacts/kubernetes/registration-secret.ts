import { renderRegistration } from '../../../matrix/registration.ts';
import type { SetupFacts } from '../setup-facts.ts';
import { BRIDGE, NAMESPACE, object, REGISTRATION_SECRET } from './objects.ts';

/** The key of the Secret, which becomes the name of the file that a homeserver sees. */
export const REGISTRATION_KEY = 'registration.yaml';

/** What a homeserver in the cluster is given: the registration, with the address that the bridge has there. */
export async function registrationSecret({ registration, port }: SetupFacts): Promise<object> {
  const url = `http://${BRIDGE}.${NAMESPACE}.svc:${port}`;
  return object('v1', 'Secret', REGISTRATION_SECRET, {
    type: 'Opaque',
    stringData: { [REGISTRATION_KEY]: await renderRegistration({ ...registration, url }) },
  });
}
