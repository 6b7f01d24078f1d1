import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/lib/core/secret.ts';
import { DIRECT_HINT_PATH, directHints } from '../../../src/lib/rocketchat/direct-hint.ts';
import { call, listen, type Listener, type Reply } from './application-service-listener.ts';

const WEBHOOK_TOKEN = 'webhook-secret';

async function listenForHints(): Promise<{ listener: Listener; hints: string[] }> {
  const hints: string[] = [];
  const answer = directHints(new Secret(WEBHOOK_TOKEN), (room) => void hints.push(room));
  return { listener: await listen({}, { beside: { [DIRECT_HINT_PATH]: answer } }), hints };
}

/** As Rocket.Chat does, which sends no token in the head. */
const tell = (listener: Listener, body: unknown, method = 'POST'): Promise<Reply> =>
  call(listener, method, DIRECT_HINT_PATH, {
    token: null,
    ...(method === 'GET' ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });

const told = { token: WEBHOOK_TOKEN, channel_id: 'room1', message_id: 'm', user_name: 'bob', text: 'hello' };

describe('a workspace that tells of a direct message', () => {
  it('is answered with nothing that it would post, and only the room is taken from it', async () => {
    const { listener, hints } = await listenForHints();
    expect(await tell(listener, told)).toEqual({ status: 200, body: {} });
    expect(hints).toEqual(['room1']);
  });

  it.each([
    ['a wrong token', 403, { ...told, token: 'hs-secret' }],
    ['no token', 403, { ...told, token: undefined }],
    ['a token that is no text', 403, { ...told, token: [WEBHOOK_TOKEN] }],
    ['no room', 400, { ...told, channel_id: undefined }],
    ['a room that is no text', 400, { ...told, channel_id: { $ne: '' } }],
    ['a page of a proxy', 400, '<!doctype html><title>502 Bad Gateway</title>'],
    ['a list', 400, [told]],
    ['more than 64 KiB', 413, { ...told, text: 'x'.repeat(64 * 1024) }],
  ])('is refused with %s', async (_what, status, body) => {
    const { listener, hints } = await listenForHints();
    const reply = await tell(listener, body);
    expect(reply.status).toBe(status);
    expect(reply.body).not.toHaveProperty('text');
    expect(hints).toEqual([]);
  });

  it('is refused where it does not say how much it sends, and sends too much', async () => {
    const { listener, hints } = await listenForHints();
    const parts = new Blob([JSON.stringify({ ...told, text: 'x'.repeat(100_000) })]).stream();
    const request = { method: 'POST', body: parts, duplex: 'half' } as RequestInit;
    expect((await fetch(listener.service.url + DIRECT_HINT_PATH, request)).status).toBe(413);
    expect(hints).toEqual([]);
  });

  it('may only post', async () => {
    const { listener } = await listenForHints();
    expect((await tell(listener, undefined, 'GET')).status).toBe(405);
  });

  it('finds no such path where no token is set', async () => {
    expect((await tell(await listen(), told)).status).toBe(404);
  });
});
