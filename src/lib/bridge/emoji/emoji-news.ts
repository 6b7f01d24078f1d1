import type { LiveFeature } from '../live/live-feature.ts';
import type { CustomEmojiBook } from './custom-emoji.ts';

/** A new image, name or alias of a custom emoji holds from the moment on in which realtime tells of it. */
export const createEmojiNews = (book: Pick<CustomEmojiBook, 'forget'>): LiveFeature => ({
  wants: ['emoji'],
  inWorkspace(news) {
    if (news.kind === 'emoji') book.forget();
  },
});
