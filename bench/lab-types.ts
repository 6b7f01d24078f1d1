import type { SandboxView } from '../src/sandbox/up.ts';

export interface Account {
  readonly userId: string;
  readonly token: string;
}

/** What bench/servers.ts tells once everything runs. */
export interface ServersReady {
  readonly workspace: SandboxView['workspace'];
  readonly homeserver: { readonly url: string; readonly serverName: string; readonly name: string };
  readonly bridge: {
    readonly profileName: string;
    readonly environment: Readonly<Record<string, string>>;
    readonly listen: string;
    readonly asToken: string;
    /** Its account on the workspace. */
    readonly bot: string;
  };
  readonly forwarder: {
    readonly port: number;
    readonly asToken: string;
    readonly account: Account;
    readonly matrixUserId: string;
  };
  /** On the workspace: one speaks through the bridge, the other through the forwarder. */
  readonly workspacePeople: { readonly bridge: Account; readonly forwarder: Account };
  readonly matrixPeople: { readonly bridge: Account; readonly forwarder: Account };
}

export interface ForwarderConfig {
  readonly port: number;
  readonly workspace: {
    readonly url: string;
    readonly userId: string;
    readonly token: string;
    readonly roomId: string;
  };
  readonly homeserver: {
    readonly url: string;
    readonly userId: string;
    readonly asToken: string;
    readonly roomId: string;
  };
}
