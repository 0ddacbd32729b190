import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Cue } from './messages';
import type { Stop } from './space';
import { Tour, type Walker } from './tour.svelte';

const words = (th: string) => ({ th, en: th });
const stops: Stop[] = [
  { stand: 'chedi', title: words('เจดีย์'), text: words('ก'), seconds: 10 },
  { at: [3, 4], title: words('ลาน'), text: words('ข'), seconds: 20 },
];
let asked: unknown[] = [];
let cue: Cue | null = null;
let still = false;
const walker: Walker = {
  go: (to) => asked.push(to) > 0,
  halt: () => void asked.push('halt'),
  get cue() {
    return cue;
  },
  space: { tour: stops },
};
const tour = (): Tour => new Tour(walker, () => still);
const arrive = (which: Tour): void => {
  cue = { kind: 'arrived', fixture: null };
  which.heed(cue);
};
beforeEach(() => {
  vi.useFakeTimers();
  [asked, cue, still] = [[], null, false];
});
afterEach(() => vi.useRealTimers());

it('walks stop by stop, stays as long as each says, and ends', () => {
  const each = tour();
  each.start();
  expect(asked).toEqual([{ fixture: 'chedi' }]);
  vi.advanceTimersByTime(60_000);
  expect(each.at, 'nobody goes on before they have arrived').toBe(0);
  arrive(each);
  vi.advanceTimersByTime(9_999);
  expect(each.at).toBe(0);
  vi.advanceTimersByTime(1);
  expect([each.at, asked.at(-1)]).toEqual([1, { at: [3, 4] }]);
  arrive(each);
  vi.advanceTimersByTime(20_000);
  expect(each.at).toBe(null);
});

it('a pause stops the walk and the clock; going on takes it up again', () => {
  const each = tour();
  each.start();
  each.pause();
  expect(asked.at(-1)).toBe('halt');
  each.resume();
  expect(asked.at(-1)).toEqual({ fixture: 'chedi' });
  arrive(each);
  each.pause();
  vi.advanceTimersByTime(100_000);
  expect([each.at, each.phase]).toEqual([0, 'standing']);
  each.next();
  each.back();
  expect(asked.slice(-2)).toEqual([{ at: [3, 4] }, { fixture: 'chedi' }]);
});

it('with less motion only the person goes on', () => {
  still = true;
  const each = tour();
  each.start();
  arrive(each);
  vi.advanceTimersByTime(1_000_000);
  expect([each.at, each.paused]).toEqual([0, true]);
  each.next();
  expect(each.at).toBe(1);
});

it('an old word of the space does not count, and who is stuck is told', () => {
  cue = { kind: 'arrived', fixture: null };
  const each = tour();
  each.start();
  each.heed(cue);
  expect(each.phase).toBe('walking');
  cue = { kind: 'stuck' };
  each.heed(cue);
  expect(each.phase).toBe('stuck');
  each.end();
  expect(each.stop).toBe(null);
});
