/** What an admin may see and set of the workspace itself. */
export interface WorkspaceAdminApi {
  /**
   * `settings/:_id`, which needs `view-privileged-setting`; undefined: the version has no such setting. One that
   * `OVERWRITE_SETTING_…` forces in the server's environment can't be told from others here.
   */
  setting(id: string): Promise<{ readonly value: unknown } | undefined>;
  /** `POST settings/:_id`: `edit-privileged-setting`, and a second factor unless the token bypasses it. */
  setSetting(id: string, value: unknown): Promise<void>;
  /** `permissions.update`, which needs `access-permissions`: these roles and no others have it from now on. */
  setPermission(id: string, roles: readonly string[]): Promise<void>;
  /**
   * Names of channels and private groups that are marked as federated by Rocket.Chat itself, which needs
   * `view-room-administration`. Ours are not marked.
   */
  federatedRooms(): Promise<readonly string[]>;
  /** Modules of the licence in force; empty on Community. */
  licenceModules(): Promise<readonly string[]>;
  /**
   * `federation/configuration.verify` of the older bridge: its own verdict on itself. `not-offered` where the version
   * has none.
   */
  bridgeVerdict(): Promise<BridgeVerdict | 'not-offered'>;
  /** `federation/matrixIds.verify`: `VERIFIED`, `UNVERIFIED`, `UNABLE_TO_VERIFY`; undefined: the version can't say. */
  verifyMatrixId(id: string): Promise<string | undefined>;
}

export interface BridgeVerdict {
  readonly appservice: boolean;
  readonly reachable: boolean;
  /** As the server wrote it. */
  readonly detail: string;
}
