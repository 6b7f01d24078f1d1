import { WebSocket } from 'ws';
import type { Doc } from './workspace-documents.ts';
import { eventually } from './eventually.ts';

interface Frame {
  msg: string;
  id?: string;
  subs?: string[];
  collection?: string;
  fields?: { eventName: string; args: unknown[] };
  error?: { error: unknown; message: string };
  result?: unknown;
  [key: string]: unknown;
}

/** A bare DDP client: everything it hears is kept in `frames`. Answers pings unless told to be silent. */
export class RealtimeClient {
  readonly frames: Frame[] = [];
  closed = false;
  silent = false;
  readonly #socket: WebSocket;
  #calls = 0;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString('utf8')) as Frame;
      this.frames.push(frame);
      if (frame['msg'] === 'ping' && !this.silent)
        this.send({ msg: 'pong', ...(frame['id'] === undefined ? {} : { id: frame['id'] }) });
    });
    socket.on('close', () => (this.closed = true));
    socket.on('error', () => (this.closed = true));
  }

  static async connect(url: string): Promise<RealtimeClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/websocket`);
    const client = new RealtimeClient(socket);
    await new Promise((resolve, reject) => {
      socket.once('open', resolve);
      socket.once('error', reject);
    });
    client.send({ msg: 'connect', version: '1', support: ['1'] });
    await client.hear((frame) => frame['msg'] === 'connected');
    return client;
  }

  send(frame: Frame): void {
    this.#socket.send(JSON.stringify(frame));
  }

  /** The first frame that fits, past or future. */
  async hear(fits: (frame: Frame) => boolean): Promise<Frame> {
    return eventually(() => {
      const found = this.frames.find(fits);
      if (found === undefined) throw new Error(`not heard; last frames: ${JSON.stringify(this.frames.slice(-5))}`);
      return found;
    }, 5000);
  }

  /** Calls a method; rejects with the error's code. */
  async call(method: string, ...params: unknown[]): Promise<unknown> {
    const id = `m${(this.#calls += 1)}`;
    this.send({ msg: 'method', id, method, params });
    const answer = await this.hear((frame) => frame['msg'] === 'result' && frame['id'] === id);
    if (answer.error !== undefined) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer['result'];
  }

  /** @returns the `ready` or `nosub` frame. */
  async subscribe(stream: string, key: string): Promise<Frame> {
    const id = `s${(this.#calls += 1)}`;
    this.send({ msg: 'sub', id, name: stream, params: [key, { useCollection: false, args: [] }] });
    return this.hear(
      (frame) =>
        (frame['msg'] === 'ready' && frame.subs?.includes(id) === true) ||
        (frame['msg'] === 'nosub' && frame['id'] === id),
    );
  }

  /** Arguments of the events heard so far on a stream, and on one key of it if given. */
  events(stream: string, key?: string): unknown[][] {
    return this.frames
      .filter(
        ({ msg, collection, fields }) =>
          msg === 'changed' && collection === stream && (key === undefined || fields?.eventName === key),
      )
      .map(({ fields }) => fields?.args ?? []);
  }

  /** Messages heard so far. */
  messages(): Doc[] {
    return this.events('stream-room-messages').map(([message]) => message as Doc);
  }

  /** A round trip: everything the server sent before it is heard after it. */
  async settle(): Promise<void> {
    const id = `p${(this.#calls += 1)}`;
    this.send({ msg: 'ping', id });
    await this.hear((frame) => frame['msg'] === 'pong' && frame['id'] === id);
  }

  close(): void {
    this.#socket.terminate();
  }
}
