import { describe, expect, it } from 'vitest';
import { endOf, lengths } from './words';

describe('how long a sanction lasts', () => {
  it('is offered in usual lengths, never longer than the rule allows, and that one too', () => {
    expect(lengths(1440)).toEqual([10, 60, 1440]);
    expect(lengths(525_600).at(-1)).toBe(525_600);
    expect(lengths(5)).toEqual([5]);
  });
  it('ends a little before the longest, whatever the clocks of page and hall differ by', () => {
    expect(endOf(10, Date.UTC(2026, 0, 1))).toBe('2026-01-01T00:09:30.000Z');
  });
});
