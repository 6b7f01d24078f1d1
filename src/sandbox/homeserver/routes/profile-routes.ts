import { peerOf, serverOf } from '../federation/network.ts';
import { type Answer, jsonBody, type MatrixRequest } from '../http.ts';
import { isObject } from '../json.ts';
import { badJson, forbidden, MatrixError, notFound } from '../matrix-error.ts';
import { spreadProfile } from '../membership.ts';
import { requesterOf } from '../requester.ts';
import { param, type Routes } from '../router.ts';
import type { Account, Homeserver } from '../state.ts';

export const profileRoutes: Routes = {
  'GET /_matrix/client/v3/profile/:userId': (hs, request) => {
    const json = fieldsOf(profileOf(hs, param(request, 'userId')));
    // Synapse 1.160: somebody without a name and a picture is nobody.
    if (Object.keys(json).length === 0) throw notFound('Profile was not found');
    return { json };
  },
  'GET /_matrix/client/v3/profile/:userId/:field': (hs, request) => {
    const field = param(request, 'field');
    const value = fieldsOf(profileOf(hs, param(request, 'userId')))[field];
    const isOld = field === 'displayname' || field === 'avatar_url';
    if (value === undefined && !isOld) throw notFound('No such profile field');
    return { json: value === undefined ? {} : { [field]: value } };
  },
  'PUT /_matrix/client/v3/profile/:userId/:field': setField,
  'DELETE /_matrix/client/v3/profile/:userId/:field': setField,
};

/** 404 for somebody who was never created, no application service is asked; 502 for a server that does not answer. */
function profileOf(hs: Homeserver, userId: string): Account {
  const isOwn = hs.federation === undefined || serverOf(userId) === hs.serverName;
  const keeper = isOwn ? hs : peerOf(hs, serverOf(userId));
  if (keeper === undefined) throw new MatrixError(502, 'M_UNKNOWN', 'Failed to fetch profile');
  const account = keeper.disk.accounts.get(userId);
  if (account === undefined) throw new MatrixError(404, 'M_UNKNOWN', 'Profile was not found');
  return account;
}

function fieldsOf(account: Account): Record<string, unknown> {
  return {
    ...(account.displayName === undefined ? {} : { displayname: account.displayName }),
    ...(account.avatarUrl === undefined ? {} : { avatar_url: account.avatarUrl }),
    ...Object.fromEntries(account.extra),
  };
}

function setField(hs: Homeserver, request: MatrixRequest): Answer {
  const requester = requesterOf(hs, request);
  const userId = param(request, 'userId');
  const field = param(request, 'field');
  if (requester.userId !== userId && hs.disk.accounts.get(requester.userId)?.admin !== true)
    throw forbidden("Cannot set another user's profile");
  const account = profileOf(hs, userId);
  const body = request.method === 'DELETE' ? { [field]: undefined } : jsonBody(request);
  const value: unknown = isObject(body) ? body[field] : undefined;
  if (request.method === 'PUT' && !(field in body)) throw badJson(`Missing key '${field}'`);
  if (field === 'displayname' || field === 'avatar_url') {
    if (value !== undefined && value !== null && typeof value !== 'string')
      throw badJson(`'${field}' must be a string`);
    const most = field === 'displayname' ? 256 : 1000;
    if (typeof value === 'string' && [...value].length > most)
      throw new MatrixError(400, 'M_UNKNOWN', `${field} is too long (max ${most})`);
    const text = typeof value === 'string' && value !== '' ? value.trim() : undefined;
    if (field === 'displayname') account.displayName = text;
    else account.avatarUrl = text;
    spreadProfile(hs, { ...requester, userId });
  } else if (request.method === 'DELETE') {
    account.extra.delete(field);
  } else {
    account.extra.set(field, value);
  }
  return { json: {} };
}
