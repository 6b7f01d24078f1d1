import { type Artifact, openFile } from '../artifact.ts';
import type { SetupFacts } from '../setup-facts.ts';

/** The folder of a container that outlives it: store, socket, and the key that encrypts the store. */
export const CONTAINER_DATA = '/data';
/** `node` of the image that the Dockerfile begins with. */
export const CONTAINER_USER = 1000;

/** Where the bridge keeps what it keeps, inside a container. */
export const containerFolders = (port: number): Readonly<Record<string, string>> => ({
  RCFED_LISTEN: `0.0.0.0:${port}`,
  RCFED_DATA_DIR: CONTAINER_DATA,
  RCFED_CONFIG_DIR: `${CONTAINER_DATA}/config`,
  RCFED_CACHE_DIR: '/tmp/cache',
});

/** Asks the bridge's own listener; the image has no curl. */
export const healthCommand = (port: number, path: 'live' | 'ready'): readonly string[] => [
  'node',
  '-e',
  `fetch('http://127.0.0.1:${port}/health/${path}').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))`,
];

/** The image: from the npm package, not root, nothing written outside /data and /tmp. */
export function dockerfile({ version, port }: SetupFacts): Artifact[] {
  const environment = Object.entries(containerFolders(port)).map(([name, value]) => `${name}=${value}`);
  const text = `# docker build --tag rcfed:${version} docker
# docker run --read-only --tmpfs /tmp --cap-drop ALL --volume rcfed:${CONTAINER_DATA} --env-file … rcfed:${version}
FROM node:24-slim
RUN npm install --global --omit=dev --no-fund --no-audit rcfed@${version} \\
 && npm cache clean --force \\
 && install --directory --owner=node --group=node --mode=0700 ${CONTAINER_DATA}
ENV NODE_ENV=production ${environment.join(' ')}
USER ${CONTAINER_USER}:${CONTAINER_USER}
WORKDIR ${CONTAINER_DATA}
VOLUME ${CONTAINER_DATA}
EXPOSE ${port}
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ${JSON.stringify(healthCommand(port, 'live'))}
ENTRYPOINT ["rcfed"]
CMD ["federation", "run"]
`;
  return [openFile('docker/Dockerfile', text)];
}

/** The image's name: as told, or as the Dockerfile's own comment builds it. */
export const imageOf = ({ image, version }: SetupFacts): string => image ?? `rcfed:${version}`;
