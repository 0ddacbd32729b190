import { expect, it } from 'vitest';
import { firstSpan, fittingResolution, resolutionsOf, spansOf } from './range';

const day = 86_400;

it('offers no resolution finer than the series, and its own windows', () => {
  expect(resolutionsOf(30 * day, 30 * day).map((each) => each.value)).toEqual([String(30 * day)]);
  expect(resolutionsOf(day, day).map((each) => each.value)).toEqual([String(day), '604800']);
  expect(resolutionsOf(300, 3600).map((each) => each.value)).toEqual(['raw', '3600', '86400', '604800']);
  expect(resolutionsOf(60, 900).map((each) => each.value)).toEqual(['raw', '900', '3600', '86400', '604800']);
});
it('offers no span longer than the series, and always everything', () => {
  expect(spansOf(30 * day, 400 * day)).toEqual([0]);
  expect(spansOf(300, 10 * day)).toEqual([day, 7 * day, 0]);
});
it('begins with the longest span that can be read', () => {
  expect(firstSpan([day, 7 * day, 30 * day, 0], false)).toBe(30 * day);
  expect(firstSpan([day, 7 * day, 30 * day, 0], true)).toBe(7 * day);
  expect(firstSpan([0], true)).toBe(0);
});
it('picks a resolution that can be drawn', () => {
  expect(fittingResolution(resolutionsOf(30 * day, 30 * day), 9000 * day)).toBe(String(30 * day));
  expect(fittingResolution(resolutionsOf(300, 900), 30 * day)).toBe('3600');
  expect(fittingResolution(resolutionsOf(1, 60), 9000 * day)).toBe('604800');
});
