/** An emoji that somebody added, as `emoji-custom.list` shows it. */
export interface EmojiDocument {
  readonly _id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  readonly extension: string;
  readonly etag: string;
  readonly _updatedAt: Date;
}

export interface EmojiBook {
  add(emoji: EmojiDocument, bytes: Uint8Array): void;
  /** By name or by one of its aliases. */
  find(nameOrAlias: string): EmojiDocument | undefined;
  byId(id: string): EmojiDocument | undefined;
  remove(emoji: EmojiDocument): void;
  image(file: string): Uint8Array | undefined;
  all(): EmojiDocument[];
}

export function createEmojiBook(): EmojiBook {
  const emojis = new Map<string, EmojiDocument>();
  const images = new Map<string, Uint8Array>();
  return {
    add(emoji, bytes) {
      emojis.set(emoji.name, emoji);
      images.set(`${emoji.name}.${emoji.extension}`, bytes);
    },
    find: (wanted) => emojis.get(wanted) ?? [...emojis.values()].find(({ aliases }) => aliases.includes(wanted)),
    byId: (id) => [...emojis.values()].find(({ _id }) => _id === id),
    remove(emoji) {
      emojis.delete(emoji.name);
      images.delete(`${emoji.name}.${emoji.extension}`);
    },
    image: (file) => images.get(file),
    all: () => [...emojis.values()],
  };
}
