import type { Route } from '../route.ts';
import { authenticationRoutes } from './authentication.ts';
import { avatarRoutes } from './avatars.ts';
import { banRoutes } from './bans.ts';
import { callRoutes } from './calls.ts';
import { chatRoutes } from './chat.ts';
import { chatLookupRoutes } from './chat-lookup.ts';
import { customEmojiRoutes } from './custom-emoji.ts';
import { directMessageRoutes } from './direct-messages.ts';
import { discussionRoutes } from './discussions.ts';
import { federationRoutes } from './federation.ts';
import { integrationRoutes } from './integrations.ts';
import { licenceRoutes } from './licences.ts';
import { mediaRoutes } from './media.ts';
import { methodCallRoutes } from './method-call.ts';
import { muteRoutes } from './mutes.ts';
import { pruningRoutes } from './pruning.ts';
import { roomHistoryRoutes } from './room-history.ts';
import { roomMemberRoutes } from './room-members.ts';
import { roomRoutes } from './rooms.ts';
import { roomTypeRoutes } from './room-types.ts';
import { settingRoutes } from './settings.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { tokenRoutes } from './tokens.ts';
import { userRoutes } from './users.ts';
import { userChangeRoutes } from './user-changes.ts';

/** Every REST route the sandbox has, below `/api/v1/`. */
export const routes: readonly Route[] = [
  ...authenticationRoutes,
  ...avatarRoutes,
  ...banRoutes,
  ...callRoutes,
  ...chatRoutes,
  ...chatLookupRoutes,
  ...customEmojiRoutes,
  ...directMessageRoutes,
  ...discussionRoutes,
  ...federationRoutes,
  ...integrationRoutes,
  ...licenceRoutes,
  ...mediaRoutes,
  ...methodCallRoutes,
  ...muteRoutes,
  ...pruningRoutes,
  ...roomHistoryRoutes,
  ...roomMemberRoutes,
  ...roomRoutes,
  ...roomTypeRoutes,
  ...settingRoutes,
  ...subscriptionRoutes,
  ...tokenRoutes,
  ...userRoutes,
  ...userChangeRoutes,
];
