import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { WebSocket } from 'ws';
import type { ForwarderConfig } from './lab-types.ts';

// What a bridge costs at the least: it parses, sends, and forgets. Nothing is kept, asked, translated or
// tried again, everybody speaks through one account, and what happens while it is away is lost.
const { workspace, homeserver, port } = JSON.parse(process.argv[2] ?? '') as ForwarderConfig;
let toMatrix = Promise.resolve();
let toWorkspace = Promise.resolve();
let sent = 0;

async function send(method: string, url: string, headers: Record<string, string>, body: object): Promise<void> {
  const answer = await fetch(url, {
    method,
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
}

const socket = new WebSocket(`${workspace.url.replace('http', 'ws')}/websocket`, { perMessageDeflate: false });
socket.on('message', (data) => {
  const frame = JSON.parse((data as Buffer).toString());
  if (frame.msg === 'ping') socket.send('{"msg":"pong"}');
  if (frame.msg === 'ready') process.stdout.write('ready\n');
  if (frame.msg !== 'changed' || frame.collection !== 'stream-room-messages') return;
  const { u, msg, t } = frame.fields.args[0];
  if (t !== undefined || u._id === workspace.userId) return;
  const url = `${homeserver.url}/_matrix/client/v3/rooms/${encodeURIComponent(homeserver.roomId)}/send/m.room.message/forwarded-${(sent += 1)}`;
  toMatrix = toMatrix.then(() =>
    send('PUT', url, { Authorization: `Bearer ${homeserver.asToken}` }, { msgtype: 'm.text', body: msg }),
  );
});
await once(socket, 'open');
socket.send('{"msg":"connect","version":"1","support":["1"]}');
socket.send(JSON.stringify({ msg: 'method', method: 'login', id: '1', params: [{ resume: workspace.token }] }));
socket.send(
  JSON.stringify({
    msg: 'sub',
    id: '2',
    name: 'stream-room-messages',
    params: [workspace.roomId, { useCollection: false, args: [] }],
  }),
);

async function relay(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  response.end('{}');
  const headers = { 'X-User-Id': workspace.userId, 'X-Auth-Token': workspace.token };
  for (const { type, sender, content } of JSON.parse(text || '{}').events ?? []) {
    if (type !== 'm.room.message' || sender === homeserver.userId) continue;
    toWorkspace = toWorkspace.then(() =>
      send('POST', `${workspace.url}/api/v1/chat.sendMessage`, headers, {
        message: { rid: workspace.roomId, msg: content.body },
      }),
    );
  }
}

createServer((request, response) => void relay(request, response)).listen(port, '127.0.0.1');
