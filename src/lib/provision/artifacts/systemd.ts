import { type Artifact, openFile, privateFile } from './artifact.ts';
import { environmentLines, revealed } from './environment.ts';
import type { SetupFacts } from './setup-facts.ts';

/** A unit for the bridge, and the environment that it reads. */
export const systemd = (facts: SetupFacts): Artifact[] => [
  openFile('systemd/rcfed.service', unit()),
  privateFile('systemd/rcfed.env', environment(facts)),
];

function environment(facts: SetupFacts): string {
  const comment = '# /etc/rcfed/rcfed.env: only root may read it; systemd hands it to the bridge.\n';
  const here = {
    RCFED_LISTEN: facts.listen,
    ...(facts.caFile === undefined ? {} : { RCFED_CA_FILE: facts.caFile }),
  };
  return comment + environmentLines({ ...facts.variables, ...here, ...revealed(facts.secretVariables) });
}

/**
 * Without MemoryDenyWriteExecute: V8 compiles at run time. A wrong configuration (exit 2, 3, 4) is not
 * started over and over; 143 is how SIGTERM ends. The bridge takes up to 10 s to finish what is under way.
 * https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html
 */
function unit(): string {
  return `# /etc/systemd/system/rcfed.service
[Unit]
Description=Matrix federation of a Rocket.Chat workspace
Documentation=https://www.npmjs.com/package/rcfed
Wants=network-online.target
After=network-online.target

[Service]
ExecStart=/usr/bin/env rcfed federation run
EnvironmentFile=/etc/rcfed/rcfed.env
Environment=RCFED_DATA_DIR=/var/lib/rcfed RCFED_CONFIG_DIR=/var/lib/rcfed/config
DynamicUser=yes
StateDirectory=rcfed
StateDirectoryMode=0700
WorkingDirectory=/var/lib/rcfed
UMask=0077
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2 3 4
SuccessExitStatus=143
TimeoutStopSec=30

CapabilityBoundingSet=
AmbientCapabilities=
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectProc=invisible
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}
