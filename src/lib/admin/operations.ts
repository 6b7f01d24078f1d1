import * as v from 'valibot';
import type { BridgeService } from '../bridge/service/views.ts';
import { RcfedError } from '../core/errors.ts';
import type { Caller } from './authorise.ts';
import { roomsFor, shortStatus } from './person-view.ts';

interface Operation {
  /** Whether people who are no admins may ask for it; what they are told may be less. */
  readonly everybody: boolean;
  run(service: BridgeService, body: unknown, caller: Caller): Promise<unknown>;
}

const words = (longest: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(longest));
const nothing = v.strictObject({});
const ofRoom = v.strictObject({ room: words(500) });
const people = v.pipe(v.array(words(300)), v.minLength(1), v.maxLength(50));
const ofPerson = v.strictObject({ person: words(300) });
const pageOfPerson = v.strictObject({ person: words(300), after: v.optional(words(300)) });
const ofAside = v.strictObject({ id: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) });

const operation = <Schema extends v.GenericSchema>(
  body: Schema,
  run: (service: BridgeService, body: v.InferOutput<Schema>, caller: Caller) => Promise<unknown>,
  everybody = false,
): Operation => ({
  everybody,
  run: (service, given, caller) => {
    const checked = v.safeParse(body, given);
    if (checked.success) return run(service, checked.output, caller);
    const field = v.getDotPath(checked.issues[0]);
    throw new RcfedError('RCFED_USAGE', `The request's ${field ?? 'body'} is not as the admin API wants it`);
  },
});

/** What the admin API does, by the last part of the path. */
export const operations: Readonly<Record<string, Operation>> = {
  ping: operation(nothing, async () => ({ bridge: 'rcfed' }), true),
  status: operation(
    nothing,
    async (service, _, caller) => (caller.rights === 'admin' ? service.status() : shortStatus(await service.status())),
    true,
  ),
  rooms: operation(
    nothing,
    async (service, _, caller) =>
      caller.rights === 'admin' ? service.rooms() : roomsFor(caller.workspace, await service.rooms()),
    true,
  ),
  link: operation(
    v.strictObject({
      room: words(500),
      matrixRoom: v.optional(words(500)),
      via: v.optional(v.pipe(v.array(words(300)), v.maxLength(20))),
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
    true,
  ),
  'access-rules': operation(nothing, (service) => service.accessRules()),
  'change-access': operation(
    v.strictObject({ change: v.picklist(['allow', 'block', 'remove']), pattern: words(300) }),
    (service, body) => service.changeAccess(body),
  ),
  'check-access': operation(v.strictObject({ server: words(300) }), (service, body) => service.checkAccess(body), true),
  invite: operation(v.strictObject({ room: words(500), users: people }), (service, body) => service.invite(body)),
  verify: operation(v.strictObject({ users: people }), (service, body) => service.verify(body), true),
  'invite-link': operation(ofRoom, (service, body) => service.inviteLink(body)),
  unlink: operation(ofRoom, (service, body) => service.unlink(body)),
  'personal-data': operation(ofPerson, (service, body) => service.personalData(body)),
  'personal-messages': operation(pageOfPerson, (service, body) => service.personalMessages(body)),
  'erase-messages': operation(pageOfPerson, (service, body) => service.eraseMessages(body)),
  'erase-account': operation(ofPerson, (service, body) => service.eraseAccount(body)),
  trace: operation(v.strictObject({ ref: words(2000) }), (service, body) => service.trace(body)),
  'aside-rows': operation(nothing, (service) => service.asideRows()),
  'show-aside': operation(ofAside, (service, body) => service.showAside(body)),
  'retry-aside': operation(ofAside, (service, body) => service.retryAside(body)),
  'drop-aside': operation(ofAside, (service, body) => service.dropAside(body)),
};
