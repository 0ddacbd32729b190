import { expect, it } from 'vitest';
import { clockOf, leftOf, placeOf } from './floor';

const ends_at = '2026-11-23T03:00:00Z';
const end = Date.parse(ends_at);

it('counts down by the hall’s clock, not by mine', () => {
  expect(leftOf({ ends_at }, end - 90_000, 0)).toBe(90);
  expect(leftOf({ ends_at }, end - 90_000, 30_000)).toBe(60);
  expect(leftOf({ ends_at }, end - 400, 0)).toBe(1);
  expect(leftOf({ ends_at }, end, 0)).toBe(0);
  expect(leftOf({ ends_at }, end + 10_000, 0)).toBe(-10);
});
it('tells minutes and seconds', () => {
  expect([clockOf(125), clockOf(60), clockOf(9), clockOf(0), clockOf(-10)]).toEqual(['2:05', '1:00', '0:09', '0:00', '−0:10']);
});
it('knows my place in the queue', () => {
  const who = (persona: string) => ({ entry: `entry_${persona}`, who: { persona, name: '' }, asked_at: ends_at, has_spoken: false });
  const floor = { queue: [who('a'), who('b')] };
  expect([placeOf(floor, 'a'), placeOf(floor, 'b'), placeOf(floor, 'c'), placeOf(floor, null)]).toEqual([1, 2, null, null]);
});
