import { orAbsent } from './absence.ts';
import type { ApiParts } from './api.ts';
import { avatarRequest } from './avatar-request.ts';
import type { WorkspaceApi } from './types.ts';
import { objectIn, userFrom } from './records.ts';

type UserRequests = Pick<
  WorkspaceApi,
  | 'createUser'
  | 'userByName'
  | 'userById'
  | 'setPassword'
  | 'setUserActive'
  | 'setAvatar'
  | 'resetAvatar'
  | 'setOwnName'
  | 'setName'
  | 'avatar'
>;

export function userRequests({ rest }: ApiParts): UserRequests {
  const info = async (query: { userId: string } | { username: string }) => {
    const answer = await orAbsent(rest.get('users.info', { query }));
    const request = 'GET /api/v1/users.info';
    return answer && userFrom(objectIn(answer.body, 'user', request), request);
  };
  return {
    async createUser({ username, name, email, password, roles }) {
      const body = {
        username,
        name,
        email,
        password: password.reveal(),
        roles,
        // Each of these defaults to what a stranger's account must not have: a place in every default
        // channel, a mail, a forced new password; a verified address would switch on 2FA by e-mail.
        joinDefaultChannels: false,
        requirePasswordChange: false,
        sendWelcomeEmail: false,
        verified: false,
      };
      const request = 'POST /api/v1/users.create';
      return userFrom(objectIn((await rest.post('users.create', { body })).body, 'user', request), request);
    },
    userByName: (username) => info({ username }),
    userById: (userId) => info({ userId }),
    async setPassword(userId, password) {
      await rest.post('users.update', { body: { userId, data: { password: password.reveal() } } });
    },
    async setUserActive(userId, active, { relinquishes } = { relinquishes: false }) {
      const body = { userId, activeStatus: active, ...(relinquishes ? { confirmRelinquish: true } : {}) };
      await rest.post('users.setActiveStatus', { body });
    },
    async setAvatar(userId, image, contentType) {
      const file = { field: 'image', name: 'avatar', contentType, content: image };
      await rest.post('users.setAvatar', { form: { fields: { userId }, file } });
    },
    async resetAvatar(userId) {
      await rest.post('users.resetAvatar', { body: { userId } });
    },
    async setOwnName(name) {
      await rest.post('users.updateOwnBasicInfo', { body: { data: { name } } });
    },
    async setName(userId, name) {
      await rest.post('users.update', { body: { userId, data: { name } } });
    },
    avatar: (username, limit, etag) => avatarRequest({ rest }, encodeURIComponent(username), limit, etag),
  };
}
