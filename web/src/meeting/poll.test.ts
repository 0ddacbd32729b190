import { expect, it } from 'vitest';
import { along, barsOf } from './poll';

it('draws ten bars by the largest, and none where a number would be a person', () => {
  const bars = barsOf({ bins: [0, 0, 1, 0, 4, 0, 0, 0, 0, 2] });
  expect(bars).toHaveLength(10);
  expect(bars?.[4]).toEqual({ from: 40, to: 49, n: 4, share: 1 });
  expect(bars?.[9]).toEqual({ from: 90, to: 100, n: 2, share: 0.5 });
  expect(barsOf({})).toBeNull();
  expect(barsOf({ bins: null })).toBeNull();
  expect(barsOf({ bins: [1, 2, 3] })).toBeNull();
  expect(barsOf({ bins: Array<number>(10).fill(0) })?.every(({ share }) => share === 0)).toBe(true);
});
it('tells where on a line somebody stands, and how far from it', () => {
  const line = { from: [10, 20] as [number, number], to: [20, 20] as [number, number] };
  expect(along(line, 12.5, 20.6)).toEqual({ at: 25, off: expect.closeTo(0.6) as number });
  expect(along(line, 9.5, 20)).toEqual({ at: 0, off: expect.closeTo(0.5) as number });
  expect(along(line, 30, 20)).toEqual({ at: 100, off: expect.closeTo(10) as number });
  expect(along({ from: [0, 0], to: [3, 4] }, 1.5, 2).at).toBe(50);
  expect(along({ from: [1, 1], to: [1, 1] }, 4, 5)).toEqual({ at: 0, off: 5 });
});
