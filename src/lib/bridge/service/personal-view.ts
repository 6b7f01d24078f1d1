// What the bridge's service says of one person: plain data, as in views.ts. Times are ISO text.

export interface PersonIdentity {
  /** Where their own account is; on the other side the bridge has one for them. */
  readonly home: 'rocketchat' | 'matrix';
  readonly matrixUserId: string;
  /** Null: the bridge made none so far. */
  readonly workspaceUserId: string | null;
  readonly username: string | null;
  readonly displayName: string | null;
}

export interface PersonalRoom {
  readonly room: string;
  readonly roomId: string;
  readonly matrixRoomId: string | null;
  readonly state: 'linking' | 'active' | 'closed';
  /** Whether the bridge has them as a member there now. */
  readonly member: boolean;
}

export interface PersonalReaction {
  readonly room: string | null;
  readonly messageId: string;
  readonly eventId: string;
  readonly emoji: string;
}

/** All but what they wrote, of which it says how much it is. */
export interface PersonalDataView {
  readonly person: PersonIdentity;
  readonly rooms: readonly PersonalRoom[];
  readonly messages: number;
  readonly edits: number;
  readonly reactions: readonly PersonalReaction[];
  readonly polls: readonly {
    readonly eventId: string;
    readonly kind: string;
    readonly at: string;
    readonly content: string;
  }[];
  /** Recorded events of theirs whose text is still kept for a while. */
  readonly keptTexts: number;
  /** Whether the bridge has a password and a token for their account. */
  readonly credentials: boolean;
  /** Servers of those who are in these rooms: each has copies of what was said there. */
  readonly servers: readonly string[];
  /** Why what is removed may come again. */
  readonly warnings: readonly string[];
}

export interface PersonalFile {
  readonly name: string;
  readonly contentType: string;
  /** Bytes; null: not known. */
  readonly size: number | null;
}

export interface PersonalMessage {
  readonly room: string | null;
  readonly messageId: string;
  readonly eventId: string;
  readonly kind: 'message' | 'edit';
  readonly at: string;
  /** It is not there any more. */
  readonly deleted: boolean;
  /** As Rocket.Chat has it now; null: an edit, or it can't be read there. */
  readonly text: string | null;
  readonly files: readonly PersonalFile[];
}

export interface PersonalPage {
  readonly messages: readonly PersonalMessage[];
  /** What to ask for next; null: that was all. */
  readonly next: string | null;
}

export interface EraseFailure {
  /** Event id, or message id. */
  readonly ref: string;
  readonly reason: string;
}

export interface ErasedPage {
  readonly removed: number;
  /** A server refused: they are tried again when it is asked again. */
  readonly failed: readonly EraseFailure[];
  readonly next: string | null;
}

export interface ErasedAccount {
  /** deleted: the account in Rocket.Chat. cleared: the one on Matrix has no name, picture, device or room any more. */
  readonly account: 'deleted' | 'cleared' | 'none';
  readonly reactions: number;
  /** Files that were taken from the homeserver; null: nobody gave an administrator's token for that. */
  readonly media: number | null;
  /** Rows of the bridge's own database that are gone or have lost the person's data. */
  readonly records: number;
  readonly failed: readonly EraseFailure[];
}

type OfPerson = { readonly person: string };
type PageOfPerson = OfPerson & { readonly after?: string | undefined };

/** `person`: a Matrix id, or the name of a local account, with or without an at sign. */
export interface PersonalService {
  personalData(request: OfPerson): Promise<PersonalDataView>;
  /** Oldest ids first; `after`: `next` of the page before. */
  personalMessages(request: PageOfPerson): Promise<PersonalPage>;
  /** Removes some of what the bridge carried of them to the other side. What is done is done when it answers. */
  eraseMessages(request: PageOfPerson): Promise<ErasedPage>;
  /** After the messages: reactions, account, files, and what the bridge's own database knows of them. */
  eraseAccount(request: OfPerson): Promise<ErasedAccount>;
}
