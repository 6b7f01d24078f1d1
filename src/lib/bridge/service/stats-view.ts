/** What was carried of one kind. */
export interface CarriedView {
  readonly toMatrix: number;
  readonly toWorkspace: number;
}

export interface StatsView {
  /** All kinds together, both ways. */
  readonly events: number;
  readonly messages: CarriedView;
  readonly edits: CarriedView;
  readonly deletions: CarriedView;
  /** Those that are there. */
  readonly reactions: CarriedView;
  /** Messages of the last days, oldest first, by days of UTC (`2026-03-01`); days without any are left out. */
  readonly days: readonly ({ readonly day: string } & CarriedView)[];
  readonly rooms: { readonly channels: number; readonly groups: number; readonly directMessages: number };
  /** People on Matrix who spoke here or have accounts here. */
  readonly externalUsers: number;
  /** People of the workspace who spoke on Matrix or were written to. */
  readonly localUsers: number;
  /** Of external users, those with most of them first. */
  readonly servers: readonly { readonly server: string; readonly people: number }[];
}
