import * as v from 'valibot';
import { FEDERATION_ACTIONS } from '../access/federation-roles.ts';
import type { MemberChange } from '../bridge/service/members-view.ts';
import type { BridgeService } from '../bridge/service/views.ts';
import { RcfedError } from '../core/errors.ts';
import type { Caller } from './authorise.ts';
import { joinAs } from './join-as.ts';
import { openDirectAs } from './open-direct-as.ts';
import type { AssertRight, PersonRight } from './person-rights.ts';
import { roomsFor, shortStatus } from './person-view.ts';

/** `admin`: of the bridge or of the workspace; else people who are no admins too, if they have the right. */
type Rights = 'admin' | PersonRight;

interface Operation {
  run(service: BridgeService, body: unknown, caller: Caller, assertRight: AssertRight): Promise<unknown>;
}

const words = (longest: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(longest));
const nothing = v.strictObject({});
const ofRoom = v.strictObject({ room: words(500) });
const dryRun = v.optional(v.boolean());
const endOfRoom = v.strictObject({ room: words(500), dryRun });
const people = v.pipe(v.array(words(300)), v.minLength(1), v.maxLength(50));
const ofPerson = v.strictObject({ person: words(300) });
const pageOfPerson = v.strictObject({ person: words(300), after: v.optional(words(300)) });
const servers = v.optional(v.pipe(v.array(words(300)), v.maxLength(20)));
const asideId = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const ofAside = v.strictObject({ id: asideId });
const toDoWithAside = v.strictObject({ id: asideId, dryRun });

const operation = <Schema extends v.GenericSchema<object>>(
  body: Schema,
  run: (service: BridgeService, body: v.InferOutput<Schema>, caller: Caller) => Promise<unknown>,
  rights: Rights | ((body: v.InferOutput<Schema>) => Rights) = 'admin',
): Operation => ({
  async run(service, given, caller, assertRight) {
    if (caller.rights === 'person' && rights === 'admin') throw onlyAdmins();
    const checked = v.safeParse(body, given);
    if (!checked.success) {
      const [issue] = checked.issues;
      const field = v.getDotPath(issue) ?? 'body';
      throw new RcfedError('RCFED_USAGE', `The request's ${field} is not as the admin API wants it`, {
        why: `${issue.message}.`,
      });
    }
    const needed = typeof rights === 'function' ? rights(checked.output) : rights;
    if (caller.rights === 'person' && needed === 'admin') throw onlyAdmins();
    if (caller.rights === 'person' && needed !== 'admin') await assertRight(caller, needed, checked.output);
    return run(service, checked.output, caller);
  },
});

const onlyAdmins = (): RcfedError =>
  new RcfedError('RCFED_NOT_ALLOWED', 'Only admins of the workspace may do this', {
    why: 'The bridge acts with the rights of the Rocket.Chat account that asks it.',
    try: ['Ask an admin of the workspace.', 'rcfed rooms list'],
  });

/** What everybody with an account may ask; what they are told may be less than an admin. */
const everybody: PersonRight = {};

/** Rocket.Chat's own permissions for what is changed. Who is an owner, the bridge's admins alone say here. */
const rightToChange = ({ change }: { readonly change: MemberChange['change'] }): Rights => {
  if (change === 'kick') return { inRoom: 'remove-user' };
  if (change === 'ban' || change === 'unban') return { inRoom: 'ban-user' };
  return change === 'moderator' ? { inRoom: 'set-moderator' } : 'admin';
};

/** What the admin API does, by the last part of the path. */
export const operations: Readonly<Record<string, Operation>> = {
  ping: operation(nothing, async () => ({ bridge: 'rcfed' }), everybody),
  status: operation(
    nothing,
    async (service, _, caller) => (caller.rights === 'admin' ? service.status() : shortStatus(await service.status())),
    everybody,
  ),
  health: operation(nothing, (service) => service.health()),
  hearing: operation(nothing, (service) => service.hearing()),
  rooms: operation(
    nothing,
    async (service, _, caller) =>
      caller.rights === 'admin' ? service.rooms() : roomsFor(caller, await service.rooms()),
    everybody,
  ),
  create: operation(
    v.strictObject({
      name: words(500),
      private: v.optional(v.boolean()),
      topic: v.optional(words(5000)),
      members: v.optional(v.pipe(v.array(words(300)), v.maxLength(50))),
      owner: v.optional(words(300)),
      version: v.optional(words(50)),
      unlisted: v.optional(v.boolean()),
      alias: v.optional(words(300)),
      dryRun,
    }),
    (service, body) => service.create(body),
  ),
  join: operation(
    v.strictObject({
      room: words(500),
      via: servers,
      name: v.optional(words(500)),
      maxMembers: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
      dryRun,
    }),
    (service, body, caller) => joinAs(service, body, caller),
    { allows: 'join' },
  ),
  invitations: operation(nothing, (service) => service.invitations()),
  'accept-invitation': operation(
    v.strictObject({ room: words(500), name: v.optional(words(500)), dryRun }),
    (service, body) => service.acceptInvitation(body),
  ),
  'reject-invitation': operation(endOfRoom, (service, body) => service.rejectInvitation(body)),
  leave: operation(v.strictObject({ room: words(500), archive: v.optional(v.boolean()), dryRun }), (service, body) =>
    service.leave(body),
  ),
  show: operation(ofRoom, (service, body) => service.show(body), { inRoom: 'member' }),
  delete: operation(endOfRoom, (service, body) => service.delete(body)),
  link: operation(
    v.strictObject({
      room: words(500),
      matrixRoom: v.optional(words(500)),
      via: servers,
      retention: v.optional(v.picklist(['keep', 'redact'])),
    }),
    (service, body) => service.link(body),
  ),
  search: operation(
    v.strictObject({
      term: v.optional(words(500)),
      server: v.optional(words(300)),
      limit: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100)),
      page: v.optional(words(2000)),
    }),
    (service, body) => service.search(body),
    { allows: 'search' },
  ),
  'access-rules': operation(nothing, (service) => service.accessRules()),
  'change-access': operation(
    v.strictObject({
      change: v.picklist(['allow', 'block', 'remove']),
      pattern: words(300),
      list: v.optional(v.picklist(['allow', 'block'])),
      dryRun,
    }),
    (service, body) => service.changeAccess(body),
  ),
  'check-access': operation(
    v.strictObject({ server: words(300) }),
    (service, body) => service.checkAccess(body),
    everybody,
  ),
  'federation-roles': operation(nothing, (service) => service.federationRoles(), everybody),
  'set-federation-roles': operation(
    v.strictObject({
      actions: v.pipe(v.array(v.picklist(FEDERATION_ACTIONS)), v.minLength(1), v.maxLength(10)),
      roles: v.nullable(v.pipe(v.array(words(300)), v.maxLength(100))),
      dryRun,
    }),
    (service, body) => service.setFederationRoles(body),
  ),
  invite: operation(
    v.strictObject({ room: words(500), users: people, dryRun }),
    (service, body) => service.invite(body),
    { allows: 'invite', inRoom: 'add-user-to-joined-room' },
  ),
  verify: operation(v.strictObject({ users: people }), (service, body) => service.verify(body), { allows: 'invite' }),
  members: operation(
    v.strictObject({
      room: words(500),
      limit: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100)),
      page: v.optional(words(100)),
    }),
    (service, body) => service.members(body),
    { inRoom: 'member' },
  ),
  'invite-link': operation(ofRoom, (service, body) => service.inviteLink(body), {
    allows: 'invite',
    inRoom: 'member',
  }),
  rehearse: operation(v.strictObject({ room: words(500), matrixRoom: v.optional(words(500)) }), (service, body) =>
    service.rehearse(body),
  ),
  'open-direct': operation(
    v.strictObject({ users: people, as: v.optional(words(300)), dryRun }),
    (service, body, caller) => openDirectAs(service, body, caller),
    { allows: 'write' },
  ),
  'change-room': operation(
    v.strictObject({
      room: words(500),
      topic: v.optional(v.pipe(v.string(), v.maxLength(2000))),
      name: v.optional(words(300)),
      dryRun,
    }),
    (service, body) => service.changeRoom(body),
    { inRoom: 'edit-room' },
  ),
  stats: operation(
    v.strictObject({ days: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(366)) }),
    (service, body) => service.stats(body),
  ),
  'change-members': operation(
    v.strictObject({
      room: words(500),
      users: people,
      change: v.picklist(['kick', 'ban', 'unban', 'owner', 'moderator', 'muted', 'none']),
      reason: v.optional(words(500)),
      dryRun,
    }),
    (service, body, { rights }) =>
      service.changeMembers({ ...body, sparesOwners: rights === 'person' && body.change === 'moderator' }),
    rightToChange,
  ),
  'return-member': operation(v.strictObject({ room: words(500), user: words(300) }), (service, body) =>
    service.returnMember(body),
  ),
  unlink: operation(endOfRoom, (service, body) => service.unlink(body)),
  'personal-data': operation(ofPerson, (service, body) => service.personalData(body)),
  'personal-messages': operation(pageOfPerson, (service, body) => service.personalMessages(body)),
  'erase-messages': operation(pageOfPerson, (service, body) => service.eraseMessages(body)),
  'erase-account': operation(ofPerson, (service, body) => service.eraseAccount(body)),
  trace: operation(v.strictObject({ ref: words(2000) }), (service, body) => service.trace(body)),
  'aside-rows': operation(nothing, (service) => service.asideRows()),
  'show-aside': operation(ofAside, (service, body) => service.showAside(body)),
  'retry-aside': operation(toDoWithAside, (service, body) => service.retryAside(body)),
  'drop-aside': operation(toDoWithAside, (service, body) => service.dropAside(body)),
};
