import { expect, test } from 'vitest';
import type { BoardSeries } from '../api/types';
import { rowsOf } from './live-board';

const series = (id: string, state: BoardSeries['state'], value: number | null, score = 0): BoardSeries =>
  ({ ...{ id, state, value, score, feed: 'f', unit: 'u', expected: 1, spark: { value: [value ?? 0] } } }) as unknown as BoardSeries;

test('the wall shows what is out of the ordinary first, what is usual after it, and nothing that has no number', () => {
  const all = [series('calm', 'usual', 3), series('odd', 'high', 5, 4), series('mute', 'silent', null), series('odder', 'low', 5, -9), series('void', 'usual', null)];
  expect(rowsOf(all).map((each) => each.id)).toEqual(['odder', 'odd', 'calm']);
  expect(rowsOf(all, 1).map((each) => each.id)).toEqual(['odder']);
});
