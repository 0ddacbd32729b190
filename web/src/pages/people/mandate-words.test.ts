import { expect, it } from 'vitest';
import { dayAfter, satang } from './mandate-words';

it.each([
  ['1,500', 150_000],
  ['0.05', 5],
  ['12.5', 1250],
  ['', undefined],
  ['0', null],
  ['-3', null],
  ['1.234', null],
  ['many', null],
] as const)('reads %s baht as %s satang', (typed, read) => expect(satang(typed)).toBe(read));

it('ends a day when it is over where the hall is', () => {
  expect(dayAfter('2026-12-31', 7 * 3_600_000)).toBe('2026-12-31T17:00:00.000Z');
});
