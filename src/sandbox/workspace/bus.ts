import type { MessageDocument, RoomDocument, SubscriptionDocument } from './documents.ts';

/** What happens in a workspace and may interest a realtime session. */
export type WorkspaceEvent =
  | { readonly kind: 'message'; readonly message: MessageDocument }
  | { readonly kind: 'notify-room'; readonly rid: string; readonly event: string; readonly args: readonly unknown[] }
  | { readonly kind: 'notify-logged' | 'notify-all'; readonly event: string; readonly args: readonly unknown[] }
  | { readonly kind: 'notify-user'; readonly userId: string; readonly event: string; readonly args: readonly unknown[] }
  | {
      readonly kind: 'room';
      readonly action: 'inserted' | 'updated' | 'removed';
      readonly room: RoomDocument;
      readonly members: readonly string[];
    }
  | {
      readonly kind: 'subscription';
      readonly action: 'inserted' | 'updated' | 'removed';
      readonly subscription: SubscriptionDocument;
    }
  /** Sessions of these token hashes end. */
  | { readonly kind: 'logout'; readonly userId: string; readonly hashedTokens: ReadonlySet<string> };

export interface Bus {
  emit(event: WorkspaceEvent): void;
  /** @returns a function that ends the listening. */
  listen(listener: (event: WorkspaceEvent) => void): () => void;
}

export function createBus(): Bus {
  const listeners = new Set<(event: WorkspaceEvent) => void>();
  return {
    emit(event) {
      for (const listener of listeners) listener(event);
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
