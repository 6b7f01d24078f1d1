import { expect, it } from 'vitest';
import { describeStore } from '../support/stores.ts';

describeStore('the access rules', (bench) => {
  it('are kept, each once, and taken back from both lists', async () => {
    const { access } = await bench.open();
    expect(await access.rules()).toEqual({ allow: [], block: [] });
    expect(await access.add('block', 'b.org')).toBe(true);
    expect(await access.add('block', 'b.org')).toBe(false);
    expect(await access.add('block', 'a.org')).toBe(true);
    expect(await access.add('allow', 'b.org')).toBe(true);
    expect(await access.rules()).toEqual({ allow: ['b.org'], block: ['a.org', 'b.org'] });
    expect(await access.remove('b.org')).toBe(true);
    expect(await access.remove('b.org')).toBe(false);
    expect(await access.rules()).toEqual({ allow: [], block: ['a.org'] });
  });
});
