import type { ServiceConnection } from '../admin/connect.ts';
import type { AdminProfile, Profile } from '../config/profile.ts';
import type { MatrixApi, Registration } from '../matrix/types.ts';
import type { StoreReport } from '../store/check.ts';
import type { WorkspaceApi } from '../rocketchat/types.ts';

/** What is set up here, as far as anything is. What has to be opened is opened when it is asked for, once. */
export interface Setup {
  readonly profile: Profile | undefined;
  /** The profile, where it is that of a bridge's admin. */
  readonly admin: AdminProfile | undefined;
  /** Of the profile's file and folder, for those that look at them. */
  readonly files: readonly string[];
  /** As the profile's account: the bot's where it is an admin profile. */
  workspace(): Promise<WorkspaceApi>;
  /** As the bot. */
  homeserver(): Promise<MatrixApi>;
  registration(): Promise<Registration>;
  /** The running bridge, or its store where none runs. */
  bridge(): Promise<ServiceConnection>;
  /** As `store check` does; a bridge may run meanwhile. */
  checkStore(): Promise<StoreReport>;
  /** Closes what was opened. */
  close(): Promise<void>;
}
