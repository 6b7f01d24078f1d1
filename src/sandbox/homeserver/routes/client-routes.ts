import { jsonBody, type MatrixRequest } from '../http.ts';
import { forbidden, notFound } from '../matrix-error.ts';
import { requesterOf } from '../requester.ts';
import { param, type Routes } from '../router.ts';
import type { Account, Homeserver } from '../state.ts';
import { wakeWaiters } from '../state.ts';
import { sync } from '../sync.ts';

const userPath = '/_matrix/client/v3/user/:userId';

/** What a chat client asks for besides rooms: sync, filters, account data, push rules, and empty answers for the rest. */
export const clientRoutes: Routes = {
  'GET /_matrix/client/v3/sync': sync,
  [`POST ${userPath}/filter`]: (hs, request) => {
    const account = ownAccount(hs, request);
    account.filters.push(jsonBody(request));
    return { json: { filter_id: String(account.filters.length - 1) } };
  },
  [`GET ${userPath}/filter/:filterId`]: (hs, request) => {
    const filter = ownAccount(hs, request).filters[Number(param(request, 'filterId'))];
    if (filter === undefined) throw notFound('No such filter');
    return { json: filter };
  },
  [`GET ${userPath}/account_data/:type`]: (hs, request) => readData(hs, request, ''),
  [`PUT ${userPath}/account_data/:type`]: (hs, request) => writeData(hs, request, ''),
  [`GET ${userPath}/rooms/:roomId/account_data/:type`]: (hs, request) =>
    readData(hs, request, param(request, 'roomId')),
  [`PUT ${userPath}/rooms/:roomId/account_data/:type`]: (hs, request) =>
    writeData(hs, request, param(request, 'roomId')),
  'GET /_matrix/client/v3/pushrules/': (hs, request) => {
    requesterOf(hs, request);
    return { json: { global: { override: [], content: [], room: [], sender: [], underride: [] } } };
  },
  'GET /_matrix/client/v3/pushers': (hs, request) => {
    requesterOf(hs, request);
    return { json: { pushers: [] } };
  },
  'GET /_matrix/client/v3/voip/turnServer': (hs, request) => {
    requesterOf(hs, request);
    return { json: {} };
  },
};

function ownAccount(hs: Homeserver, request: MatrixRequest): Account {
  const { userId } = requesterOf(hs, request);
  const account = hs.disk.accounts.get(userId);
  if (account === undefined || userId !== param(request, 'userId'))
    throw forbidden("Cannot read or change another user's data");
  return account;
}

const dataKey = (request: MatrixRequest, roomId: string): string => `${roomId}\0${param(request, 'type')}`;

function readData(hs: Homeserver, request: MatrixRequest, roomId: string) {
  const data = ownAccount(hs, request).accountData.get(dataKey(request, roomId));
  if (data === undefined) throw notFound('Account data not found');
  return { json: data };
}

function writeData(hs: Homeserver, request: MatrixRequest, roomId: string) {
  ownAccount(hs, request).accountData.set(dataKey(request, roomId), jsonBody(request));
  wakeWaiters(hs.memory);
  return { json: {} };
}
