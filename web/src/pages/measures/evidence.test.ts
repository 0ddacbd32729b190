import { expect, it } from 'vitest';
import type { Measure, Values } from '../../api/types';
import { evidenceResolution, statisticPoints } from './evidence';

const values: Values = {
  series: 's',
  unit: 'mm',
  resolution_s: 3600,
  at: ['2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z'],
  mean: [2, null],
  min: [1, null],
  max: [5, null],
  expected: [],
  low: [],
  high: [],
  count: [4, 0],
};

it.each([
  ['mean', [2, null]],
  ['max', [5, null]],
  ['min', [1, null]],
  ['sum', [8, null]],
  ['count', [4, 0]],
])('draws the %s', (statistic, wanted) => {
  expect(statisticPoints(values, statistic).map((point) => point.value)).toEqual(wanted);
});

it('asks for the windows of the trigger, never finer than the values', () => {
  const trigger = { window_s: 3600 } as Measure['trigger'];
  expect(evidenceResolution(trigger, 300)).toBe('3600');
  expect(evidenceResolution(trigger, 3600)).toBe('raw');
});
