type Params = Record<string, unknown>;
const room = { roomId: 'nowhere' };
const byName = { roomName: 'nowhere' };
const when = '2026-01-01T00:00:00.000Z';
const pages = { count: '5', offset: '1', sort: '{"ts":1}' };

/** Good parameters for every request that has a validator; nothing in them exists, so nothing is changed. */
export const goodRequests: Readonly<Record<string, readonly Params[]>> = {
  'POST users.create': [
    {
      email: 'e',
      name: 'n',
      password: 'p',
      username: 'not a name',
      roles: ['user'],
      joinDefaultChannels: false,
      verified: false,
      active: true,
      customFields: {},
    },
  ],
  'GET users.info': [{ userId: 'x' }, { username: 'x', includeUserRooms: 'true' }, { email: 'x', fields: '{}' }],
  'GET users.list': [pages, { email: 'x', query: '{}', fields: '{}' }],
  'POST users.update': [
    {
      userId: 'x',
      data: { name: 'n', email: 'e', password: 'p', roles: ['user'], active: true },
      confirmRelinquish: true,
    },
  ],
  'POST users.updateOwnBasicInfo': [{ data: { name: '<', statusText: 's', currentPassword: 'p' }, customFields: {} }],
  'POST users.setActiveStatus': [{ userId: 'x', activeStatus: true, confirmRelinquish: false }],
  'POST users.resetAvatar': [{ userId: 'x' }, { username: 'x' }],
  'POST users.logout': [{ userId: 'x', anything: 1 }],
  'GET users.presence': [{ ids: 'a,b' }, { from: when }],
  'GET users.checkUsernameAvailability': [{ username: 'x' }],
  'POST chat.sendMessage': [
    {
      message: {
        _id: 'i',
        rid: 'nowhere',
        msg: 'm',
        tmid: 't',
        tshow: true,
        alias: 'a',
        avatar: 'a',
        emoji: 'e',
        attachments: [{}],
        blocks: [{}],
        customFields: {},
        ts: 1,
      },
      previewUrls: ['u'],
    },
  ],
  'POST chat.postMessage': [
    { ...room, text: 't', alias: 'a', emoji: 'e', avatar: 'a', attachments: [{}], parseUrls: true },
    { channel: ['#nowhere'], text: 't', customFields: {} },
  ],
  'POST chat.update': [{ ...room, msgId: 'm', text: 't', previewUrls: ['u'], customFields: {} }],
  'POST chat.delete': [{ ...room, msgId: 'm', asUser: true }, { fileId: 'f' }],
  'POST chat.react': [
    { emoji: 'e', messageId: 'm', shouldReact: true },
    { reaction: 'e', messageId: 'm' },
  ],
  'GET chat.getMessage': [{ msgId: 'm' }],
  'GET chat.syncMessages': [
    { ...room, lastUpdate: when, fromTs: when },
    { ...room, type: 'UPDATED', next: '0', count: '5' },
  ],
  'GET chat.getDeletedMessages': [{ ...room, since: when, ...pages }],
  'GET chat.getThreadMessages': [{ tmid: 't', aroundId: 'a', ...pages }],
  'GET chat.getPinnedMessages': [{ ...room, ...pages }],
  'GET chat.getMessageReadReceipts': [{ messageId: 'm' }],
  'POST rooms.cleanHistory': [
    {
      ...room,
      latest: when,
      oldest: when,
      inclusive: true,
      excludePinned: true,
      filesOnly: false,
      users: ['x'],
      limit: 5,
      ignoreDiscussion: true,
      ignoreThreads: true,
    },
  ],
  'POST rooms.createDiscussion': [
    { prid: 'nowhere', pmid: 'm', t_name: 'n', topic: 't', users: ['x'], encrypted: false, reply: 'r' },
  ],
  'POST video-conference.start': [{ roomId: 'nowhere', title: 't', allowRinging: true }],
  'GET emoji-custom.list': [{ query: '{}', updatedSince: when, _updatedAt: when, _id: 'x' }],
  'POST channels.create': [
    {
      name: 'not a name',
      members: ['x'],
      readOnly: true,
      customFields: {},
      excludeSelf: true,
      extraData: { topic: 't', encrypted: false },
    },
  ],
  'POST groups.create': [
    {
      name: 'not a name',
      members: ['x'],
      readOnly: true,
      excludeSelf: true,
      extraData: { topic: 't', encrypted: false, broadcast: false },
    },
  ],
  'POST groups.invite': [
    { ...room, userId: 'x' },
    { ...byName, usernames: ['x'] },
  ],
  'POST channels.kick': [
    { ...room, userId: 'x' },
    { ...byName, userId: 'x' },
  ],
  'POST groups.kick': [
    { ...room, userId: 'x' },
    { ...byName, username: 'x' },
  ],
  'POST channels.join': [{ ...room, joinCode: 'c' }, byName],
  'POST channels.leave': [room, byName],
  'POST groups.leave': [room, byName],
  'GET channels.roles': [room, byName],
  'GET groups.roles': [room, byName],
  'GET channels.history': [
    { ...room, latest: when, oldest: when, inclusive: 'true', showThreadMessages: 'false', ...pages },
  ],
  'GET groups.history': [{ ...byName, latest: when, inclusive: 'x', unreads: 'true', ...pages }],
  'GET groups.messages': [{ ...room, mentionIds: 'x', pinned: 'true', ...pages }],
  'GET channels.messages': [{ ...room, starredIds: 'x', query: '{}', ...pages }],
  'POST channels.addModerator': [
    { ...room, userId: 'x' },
    { ...byName, username: 'x' },
  ],
  'POST groups.addModerator': [
    { ...room, userId: 'x' },
    { ...byName, userIds: ['x'] },
  ],
  'POST groups.addOwner': [{ ...room, userId: 'x' }],
  'POST groups.removeModerator': [{ ...room, userId: 'x' }],
  'GET groups.members': [{ ...room, count: '5', offset: '1', filter: 'x', status: ['online'] }],
  'GET groups.info': [room, byName],
  'GET channels.list': [{ _id: 'x', ...pages }],
  'POST groups.rename': [{ ...room, name: 'n' }],
  'POST groups.setTopic': [{ ...byName, topic: 't' }],
  'POST channels.delete': [room],
  'POST groups.delete': [byName],
  'GET rooms.info': [room, byName],
  'POST rooms.saveRoomSettings': [
    {
      rid: 'nowhere',
      roomName: 'n',
      roomTopic: 't',
      readOnly: true,
      systemMessages: ['uj'],
      retentionMaxAge: 1,
      roomCustomFields: {},
    },
  ],
  'POST rooms.join': [room, byName],
  'POST rooms.muteUser': [
    { ...room, userId: 'x' },
    { ...room, username: 'x' },
  ],
  'POST rooms.unmuteUser': [{ ...room, username: 'x' }],
  'GET rooms.isMember': [
    { ...room, userId: 'x' },
    { ...room, username: 'x' },
  ],
  'POST rooms.banUser': [
    { ...room, userId: 'x' },
    { ...room, username: 'x' },
  ],
  'POST rooms.unbanUser': [
    { ...room, userId: 'x' },
    { ...room, username: 'x' },
  ],
  'GET rooms.bannedUsers': [{ ...room, count: '5', offset: '1' }],
  'GET rooms.adminRooms': [{ filter: 'x', types: ['c', 'p'], ...pages }],
  'POST im.create': [{ username: 'x' }, { usernames: 'x,y', excludeSelf: true }],
  'GET im.messages': [{ ...room, ...pages }, { username: 'x' }],
  'GET im.history': [{ ...room, latest: when, inclusive: 'true', ...pages }],
  'GET im.members': [{ ...room, filter: 'x', ...pages }],
  'GET subscriptions.get': [{ updatedSince: when }, {}],
  'GET subscriptions.getOne': [room],
  'POST subscriptions.read': [{ rid: 'nowhere', readThreads: true }, room],
  'GET settings.public': [{ _id: 'Site_Url,Threads_enabled', ...pages }],
};
