import { randomBytes } from 'node:crypto';
import { Secret } from '../../../core/secret.ts';
import { type Artifact, privateFile, yamlText } from '../artifact.ts';

/** What the databases and the homeserver of the compose file keep to themselves. */
export interface ComposeSecrets {
  readonly postgresPassword: Secret;
  readonly macaroonSecretKey: Secret;
  readonly formSecret: Secret;
  /** Lets `register_new_matrix_user` make the first account. */
  readonly registrationSharedSecret: Secret;
}

/** Where they are kept, and read back from: a second run must not change the password of a database. */
export const COMPOSE_SECRETS_FILE = 'compose/synapse/secrets.yaml';

interface SecretsFile {
  readonly macaroon_secret_key: string;
  readonly form_secret: string;
  readonly registration_shared_secret: string;
  readonly database: {
    readonly name: string;
    readonly args: { readonly password: string; readonly [name: string]: unknown };
  };
}

export function newComposeSecrets(): ComposeSecrets {
  const fresh = (): Secret => new Secret(randomBytes(32).toString('hex'));
  return {
    postgresPassword: fresh(),
    macaroonSecretKey: fresh(),
    formSecret: fresh(),
    registrationSharedSecret: fresh(),
  };
}

/** The second configuration file of Synapse: the part that nobody may read. */
export function composeSecretsFile(secrets: ComposeSecrets): Artifact {
  const content = {
    macaroon_secret_key: secrets.macaroonSecretKey.reveal(),
    form_secret: secrets.formSecret.reveal(),
    registration_shared_secret: secrets.registrationSharedSecret.reveal(),
    database: {
      name: 'psycopg2',
      args: {
        user: 'synapse',
        password: secrets.postgresPassword.reveal(),
        dbname: 'synapse',
        host: 'postgres',
        cp_min: 5,
        cp_max: 10,
      },
    },
  } satisfies SecretsFile;
  return privateFile(
    COMPOSE_SECRETS_FILE,
    yamlText(['Made once; the password is that of the database: keep it.'], content),
  );
}

/** What an earlier run made; undefined where the text is nothing of the kind. */
export async function readComposeSecrets(text: string): Promise<ComposeSecrets | undefined> {
  const { parse } = await import('yaml');
  try {
    const file = parse(text, { logLevel: 'silent' }) as Partial<SecretsFile> | null;
    const { macaroon_secret_key: macaroon, form_secret: form, registration_shared_secret: shared } = file ?? {};
    const password = file?.database?.args?.password;
    if (![macaroon, form, shared, password].every((each) => typeof each === 'string' && each !== '')) return undefined;
    return {
      postgresPassword: new Secret(String(password)),
      macaroonSecretKey: new Secret(String(macaroon)),
      formSecret: new Secret(String(form)),
      registrationSharedSecret: new Secret(String(shared)),
    };
  } catch {
    return undefined;
  }
}
