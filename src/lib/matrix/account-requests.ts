import type { MatrixUserId } from '../core/ids.ts';
import { RemoteError } from '../core/remote-error.ts';
import { type Acting, asUser, ensureDevice, unlessCode } from './acting.ts';
import { readFeatures, readProfile, requiredString, segment } from './client-shapes.ts';
import type { HomeserverRequest } from './homeserver-http.ts';
import type { MatrixApi } from './types.ts';

type AccountRequests = Pick<
  MatrixApi,
  | 'versions'
  | 'whoami'
  | 'ping'
  | 'registerGhost'
  | 'ensureDevice'
  | 'removeDevice'
  | 'setDisplayName'
  | 'setAvatarUrl'
  | 'profile'
  | 'accountData'
  | 'setAccountData'
>;

export function accountRequests(acting: Acting): AccountRequests {
  const { http } = acting;
  const me = asUser(acting);
  const setProfile = async (field: string, json: Record<string, string>): Promise<void> => {
    await http.json({
      method: 'PUT',
      path: `/_matrix/client/v3/profile/${segment(acting.userId)}/${field}`,
      query: me,
      json,
    });
  };
  const dataPath = (type: string): string =>
    `/_matrix/client/v3/user/${segment(acting.userId)}/account_data/${segment(type)}`;
  return {
    async versions() {
      const answer = await http.json({ method: 'GET', path: '/_matrix/client/versions' });
      return { ...readFeatures(answer), server: http.serverHeader() };
    },
    async whoami() {
      const request: HomeserverRequest = { method: 'GET', path: '/_matrix/client/v3/account/whoami', query: me };
      return { userId: requiredString(request, await http.json(request), 'user_id') as MatrixUserId };
    },
    async ping(registrationId, transactionId) {
      const path = `/_matrix/client/v1/appservice/${segment(registrationId)}/ping`;
      const answer = await http.json({ method: 'POST', path, json: { transaction_id: transactionId } });
      return { durationMs: typeof answer['duration_ms'] === 'number' ? answer['duration_ms'] : 0 };
    },
    async registerGhost(localpart) {
      const json = { type: 'm.login.application_service', username: localpart, inhibit_login: true };
      try {
        await http.json({ method: 'POST', path: '/_matrix/client/v3/register', json });
        return 'created';
      } catch (error) {
        if (error instanceof RemoteError && error.code === 'M_USER_IN_USE') return 'exists';
        throw error;
      }
    },
    ensureDevice: () => ensureDevice(acting),
    async removeDevice() {
      const path = `/_matrix/client/v3/devices/${segment(acting.deviceId)}`;
      await unlessCode(http.json({ method: 'DELETE', path, query: me, json: {} }), 'M_NOT_FOUND');
    },
    setDisplayName: (name) => setProfile('displayname', { displayname: name }),
    setAvatarUrl: (mxc) => setProfile('avatar_url', { avatar_url: mxc }),
    async profile(of) {
      const path = `/_matrix/client/v3/profile/${segment(of)}`;
      // Synapse 1.160 says M_UNKNOWN of a local user that was never made.
      const answer = await unlessCode(http.json({ method: 'GET', path, query: me }), 'M_NOT_FOUND', 'M_UNKNOWN');
      return answer && readProfile(answer);
    },
    accountData: (type) => unlessCode(http.json({ method: 'GET', path: dataPath(type), query: me }), 'M_NOT_FOUND'),
    async setAccountData(type, content) {
      await http.json({ method: 'PUT', path: dataPath(type), query: me, json: content });
    },
  };
}
