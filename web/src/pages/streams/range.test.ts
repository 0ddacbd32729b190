import { expect, it } from 'vitest';
import { fittingResolution, resolutionsOf, spansOf } from './range';

const day = 86_400;

it('offers no resolution finer than the series', () => {
  expect(resolutionsOf(30 * day).map((each) => each.value)).toEqual(['raw']);
  expect(resolutionsOf(day).map((each) => each.value)).toEqual(['raw', '604800']);
  expect(resolutionsOf(300).map((each) => each.value)).toEqual(['raw', '3600', '86400', '604800']);
});
it('offers no span longer than the series, and always everything', () => {
  expect(spansOf(30 * day, 400 * day)).toEqual([0]);
  expect(spansOf(300, 10 * day)).toEqual([day, 7 * day, 0]);
});
it('picks a resolution that can be drawn', () => {
  expect(fittingResolution(30 * day, 9000 * day)).toBe('raw');
  expect(fittingResolution(300, 30 * day)).toBe('3600');
  expect(fittingResolution(1, 9000 * day)).toBe('604800');
});
