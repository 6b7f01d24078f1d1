import { describe, expect, it } from 'vitest';
import { asEvent, fitsEvent } from '../../../src/lib/format/event-size.ts';
import type { MatrixText } from '../../../src/lib/format/lookups.ts';
import { toMatrix } from '../../../src/lib/format/to-matrix.ts';

const formatted = (body: string): MatrixText => ({
  body,
  format: 'org.matrix.custom.html',
  formatted_body: `<b>${body}</b>`,
});

describe('a text for a Matrix event', () => {
  it('is sent as it is where there is room', () => {
    const text = formatted('a'.repeat(20_000));
    expect(asEvent(text)).toEqual({ kind: 'text', text });
  });

  it('loses its HTML where only the body fits', () => {
    const body = 'a'.repeat(30_000);
    expect(asEvent(formatted(body))).toEqual({ kind: 'text', text: { body } });
  });

  it('is counted twice for an edit', () => {
    const text = { body: 'a'.repeat(30_000) };
    expect([fitsEvent(text), fitsEvent(text, 2)]).toEqual([true, false]);
    expect(asEvent(text, 2).kind).toBe('file');
  });

  it('is counted in bytes of JSON', () => {
    expect(fitsEvent({ body: 'a'.repeat(45_000) })).toBe(true);
    expect(fitsEvent({ body: '\n'.repeat(45_000) })).toBe(false);
    expect(fitsEvent({ body: '日'.repeat(20_000) })).toBe(false);
  });

  it('leaves 20 KB of an event for everything else', () => {
    const limit = 65_536 - 20 * 1024 - Buffer.byteLength('{"body":""}');
    expect([fitsEvent({ body: 'a'.repeat(limit) }), fitsEvent({ body: 'a'.repeat(limit + 1) })]).toEqual([true, false]);
  });

  it('becomes a file with its beginning where not even the body fits', () => {
    const body = `${'word '.repeat(20_000)}end`;
    const made = asEvent(formatted(body));
    if (made.kind !== 'file') throw new Error('it is no file');
    expect(made.name).toBe('message.txt');
    expect(new TextDecoder().decode(made.bytes)).toBe(body);
    expect(made.opening).toMatch(/^(?:word )+…$/);
    expect(made.opening.length).toBeLessThan(620);
  });

  it.each([
    ['at a line', `${'x'.repeat(400)}\n${'y'.repeat(60_000)}`, `${'x'.repeat(400)} …`],
    ['between characters that are seen as one', '👨‍👩‍👧'.repeat(10_000), `${'👨‍👩‍👧'.repeat(74)} …`],
  ])('opens %s', (_, body, opening) => expect(asEvent({ body })).toMatchObject({ kind: 'file', opening }));
});

describe('a long message from Rocket.Chat', () => {
  it('crosses without its HTML where that is too much', async () => {
    const msg = '*<&>* '.repeat(1_500);
    const { text } = await toMatrix(msg);
    expect(text).toEqual({ body: msg });
  });
});
