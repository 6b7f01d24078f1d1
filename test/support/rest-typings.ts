import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { build } from 'esbuild';

interface Validator {
  (value: unknown): boolean;
  errors?: { instancePath?: string; message?: string }[] | null;
}

/** Validators of @rocket.chat/rest-typings 8.8.1 by method and path below `/api/v1/`. */
const NAMES: Readonly<Record<string, string>> = {
  'POST users.create': 'isUserCreateParamsPOST',
  'GET users.info': 'isUsersInfoParamsGetProps',
  'GET users.list': 'isUsersListParamsGET',
  'POST users.update': 'isUsersUpdateParamsPOST',
  'POST users.updateOwnBasicInfo': 'isUsersUpdateOwnBasicInfoParamsPOST',
  'POST users.setActiveStatus': 'isUserSetActiveStatusParamsPOST',
  'POST users.resetAvatar': 'isUsersResetAvatarProps',
  'POST users.logout': 'isUserLogoutParamsPOST',
  'GET users.presence': 'isUsersPresenceParamsGET',
  'GET users.checkUsernameAvailability': 'isUsersCheckUsernameAvailabilityParamsGET',
  'POST chat.sendMessage': 'isChatSendMessageProps',
  'POST chat.postMessage': 'isChatPostMessageProps',
  'POST chat.update': 'isChatUpdateProps',
  'POST chat.delete': 'isChatDeleteProps',
  'POST chat.react': 'isChatReactProps',
  'GET chat.getMessage': 'isChatGetMessageProps',
  'GET chat.syncMessages': 'isChatSyncMessagesProps',
  'GET chat.getDeletedMessages': 'isChatGetDeletedMessagesProps',
  'GET chat.getThreadMessages': 'isChatGetThreadMessagesProps',
  'GET chat.getPinnedMessages': 'isChatGetPinnedMessagesProps',
  'GET chat.getMessageReadReceipts': 'isChatGetMessageReadReceiptsProps',
  'POST rooms.cleanHistory': 'isRoomsCleanHistoryProps',
  'POST rooms.createDiscussion': 'isRoomsCreateDiscussionProps',
  'POST video-conference.start': 'isVideoConfStartProps',
  'GET emoji-custom.list': 'isEmojiCustomList',
  'POST channels.create': 'isChannelsCreateProps',
  'POST groups.create': 'isGroupsCreateProps',
  'POST groups.invite': 'isGroupsInviteProps',
  'POST channels.kick': 'isChannelsKickProps',
  'POST groups.kick': 'isGroupsKickProps',
  'POST channels.join': 'isChannelsJoinProps',
  'POST channels.leave': 'isChannelsLeaveProps',
  'POST groups.leave': 'isGroupsLeaveProps',
  'GET channels.roles': 'isChannelsRolesProps',
  'GET groups.roles': 'isGroupsRolesProps',
  'GET channels.history': 'isChannelsHistoryProps',
  'GET groups.history': 'isGroupsHistoryProps',
  'GET groups.messages': 'isGroupsMessagesProps',
  'GET channels.messages': 'isChannelsMessagesProps',
  'POST channels.addModerator': 'isChannelsModeratorsProps',
  'POST groups.addModerator': 'isGroupsAddModeratorProps',
  'POST groups.addOwner': 'isGroupsAddOwnerProps',
  'POST groups.removeModerator': 'isGroupsRemoveModeratorProps',
  'GET groups.members': 'isGroupsMembersProps',
  'GET groups.info': 'isGroupsInfoProps',
  'GET channels.list': 'isChannelsListProps',
  'POST groups.rename': 'isGroupsRenameProps',
  'POST groups.setTopic': 'isGroupsSetTopicProps',
  'POST channels.delete': 'isChannelsDeleteProps',
  'POST groups.delete': 'isGroupsDeleteProps',
  'POST integrations.create': 'isIntegrationsCreateProps',
  'GET integrations.list': 'isIntegrationsListProps',
  'POST integrations.remove': 'isIntegrationsRemoveProps',
  'GET licenses.info': 'isLicensesInfoProps',
  'GET federation/matrixIds.verify': 'isFederationVerifyMatrixIdProps',
  'GET rooms.info': 'isRoomsInfoProps',
  'POST rooms.changeArchivationState': 'isRoomsChangeArchivationStateProps',
  'POST rooms.saveRoomSettings': 'isRoomsSaveRoomSettingsProps',
  'POST rooms.join': 'isRoomsJoinProps',
  'GET rooms.isMember': 'isRoomsIsMemberProps',
  'GET rooms.adminRooms.getRoom': 'isRoomsAdminRoomsGetRoomProps',
  'POST rooms.muteUser': 'isRoomsMuteUnmuteUserProps',
  'POST rooms.unmuteUser': 'isRoomsMuteUnmuteUserProps',
  'POST rooms.banUser': 'isRoomsBanUserProps',
  'POST rooms.unbanUser': 'isRoomsUnbanUserProps',
  'GET rooms.bannedUsers': 'isRoomsBannedUsersProps',
  'GET rooms.adminRooms': 'isRoomsAdminRoomsProps',
  'POST im.create': 'isDmCreateProps',
  'GET im.messages': 'isDmMessagesProps',
  'GET im.history': 'isDmHistoryProps',
  'GET im.members': 'isDmMemberProps',
  'GET subscriptions.get': 'isSubscriptionsGetProps',
  'GET subscriptions.getOne': 'isSubscriptionsGetOneProps',
  'POST subscriptions.read': 'isSubscriptionsReadProps',
  'GET settings.public': 'isSettingsPublicWithPaginationProps',
};
// Not here: `login`, whose route in 8.8 does not run isLoginProps (it would refuse `resume`).

const { typings, schemas } = await load();

/** The packages import directories without extension, which Node refuses: they are bundled first. */
async function load(): Promise<{ typings: Record<string, unknown>; schemas: object }> {
  const folder = await mkdtemp(join(tmpdir(), 'rcfed-rest-typings-'));
  try {
    const outfile = join(folder, 'bundle.mjs');
    const contents = `export * as typings from '@rocket.chat/rest-typings'; export { schemas } from '@rocket.chat/core-typings';`;
    const result = await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      format: 'esm',
      platform: 'node',
      logLevel: 'silent',
      write: false,
    });
    await writeFile(outfile, result.outputFiles[0]?.text ?? '');
    return (await import(pathToFileURL(outfile).href)) as { typings: Record<string, unknown>; schemas: object };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The validator that Rocket.Chat 8.8 has for a request; the path may begin with `/api/v1/`. */
function validatorFor(method: string, path: string): Validator | undefined {
  const name = NAMES[`${method} ${path.replace(/^\/api\/v1\//, '')}`];
  if (name === undefined) return undefined;
  const validator = typings[name];
  if (typeof validator !== 'function') throw new Error(`@rocket.chat/rest-typings has no ${name}`);
  return validator as unknown as Validator;
}

/** Every request a validator is known for, as `METHOD path`. */
export const validatedRequests: readonly string[] = Object.keys(NAMES);

/**
 * What Rocket.Chat 8.8 has against a request's body (or query, for GET); `undefined`: nothing, or it has no
 * validator for that endpoint. Fits SandboxWorkspace's `onRequest` when what it answers is thrown or collected.
 */
export function validateRequest(method: string, path: string, bodyOrQuery: unknown): string | undefined {
  const validator = validatorFor(method, path);
  // Validators coerce in place: they get a copy.
  if (validator === undefined || validator(structuredClone(bodyOrQuery))) return undefined;
  const reasons = (validator.errors ?? []).map(({ instancePath = '', message = '' }) =>
    `${instancePath} ${message}`.trim(),
  );
  return `${method} ${path}: ${reasons.join('; ')}`;
}

/** For SandboxWorkspace's `onRequest`: collects what Rocket.Chat 8.8 has against the requests that come. */
export function requestCheck(): {
  onRequest: (method: string, path: string, bodyOrQuery: unknown) => void;
  readonly refused: ReadonlySet<string>;
} {
  const refused = new Set<string>();
  return {
    refused,
    onRequest(method, path, bodyOrQuery) {
      const complaint = validateRequest(method, path, bodyOrQuery);
      if (complaint !== undefined) refused.add(complaint);
    },
  };
}

const ajv = new Ajv({ strict: false });
addFormats.default(ajv);
ajv.addSchema({ $id: 'core', ...schemas });

/** What is wrong with a document as REST prints it, by the schemas of @rocket.chat/core-typings 8.8.1. */
export function documentErrors(
  type: 'IMessage' | 'IRoom' | 'IUser' | 'ISubscription',
  document: unknown,
): string | undefined {
  const validate = ajv.getSchema(`core#/components/schemas/${type}`);
  if (validate === undefined) throw new Error(`@rocket.chat/core-typings has no schema ${type}`);
  return validate(document) === true ? undefined : ajv.errorsText(validate.errors);
}

/** What is wrong with an error body, by rest-typings' schema for that status. */
export function errorBodyErrors(status: 400 | 401 | 403 | 404, body: unknown): string | undefined {
  const name = { 400: 'BadRequest', 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound' }[status];
  const validator = typings[`validate${name}ErrorResponse`] as Validator;
  return validator(structuredClone(body)) ? undefined : JSON.stringify(validator.errors);
}
