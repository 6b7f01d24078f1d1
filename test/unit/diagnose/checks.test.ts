import { expect, it } from 'vitest';
import { type Group, groups } from '../../../src/lib/diagnose/check.ts';
import { allChecks } from '../../../src/lib/diagnose/checks/all.ts';

const order = Object.keys(groups);
const byId = new Map(allChecks.map((check) => [check.id, check]));

it('ids are unique', () => {
  expect(byId.size).toBe(allChecks.length);
});

it.each(allChecks)('$id needs only checks of its own or earlier groups, and of its own name', ({ needs, ...check }) => {
  for (const id of needs ?? []) {
    const need = byId.get(id);
    expect(need, `${check.id} needs ${id}`).toBeDefined();
    expect(order.indexOf(need?.group as Group)).toBeLessThanOrEqual(order.indexOf(check.group));
    if (check.about === undefined) expect(need?.about, `${check.id} is about no name, ${id} is`).toBeUndefined();
  }
});

it.each(allChecks.filter(({ reads }) => reads !== undefined))('$id sums up only checks of earlier groups', (check) => {
  for (const id of check.reads ?? []) {
    const other = byId.get(id);
    expect(other, `${check.id} reads ${id}`).toBeDefined();
    expect(order.indexOf(other?.group as Group)).toBeLessThan(order.indexOf(check.group));
  }
});

it.each(allChecks)('$id is explained', ({ title, why }) => {
  expect(title).toMatch(/^[A-Z].*[^.]$/);
  expect(why.length).toBeGreaterThan(60);
});
