import { beforeEach, expect, it } from 'vitest';
import type { Lever, Series } from '../../api/types';
import { language } from '../../i18n/index.svelte';
import { difference, leverValue, measured, moment, windowName } from './words';

const series = { decimals: 0, unit_title: { th: 'คันต่อชั่วโมง', en: 'vehicles an hour' } } as Series;
const lever = { unit: null, choices: [{ value: '2', title: { th: 'แผน 2', en: 'Plan 2' } }] } as Lever;
beforeEach(() => language.set('en'));

it('calls a choice by its title and a set-point by its unit', () => {
  expect(leverValue('2', lever)).toBe('Plan 2');
  expect(leverValue('9', lever)).toBe('9');
  expect(leverValue(26, { ...lever, choices: null, unit: '°C' })).toBe('26 °C');
  expect(leverValue({ th: 'หยุด', en: 'Stop' }, undefined)).toBe('Stop');
});
it('writes quantities with the decimals and the unit of their series', () => {
  expect(measured(6849.4, series)).toBe('6,849 vehicles an hour');
  expect(difference(-82.83, series)).toBe('−83');
  expect(difference(-0.2, series)).toBe('±0');
  expect(measured(1.4494897, undefined)).toBe('1.449');
});
it('names a window no finer than it is', () => {
  expect(windowName('2013-04-01T00:00:00Z', '2013-05-01T00:00:00Z')).toBe('Apr 2013');
  expect(windowName('2018-03-07T15:00:00Z', '2018-03-07T16:00:00Z')).toBe('7 Mar 2018 22:00–23:00');
  expect(windowName('2018-03-02T00:00:00Z', '2018-03-09T00:00:00Z')).toBe('2 Mar 2018 – 9 Mar 2018');
  expect(moment('2018-03-07T15:00:00Z', 3600)).toBe('7 Mar 2018 22:00');
  expect(moment('2013-05-01T00:00:00Z', 2_629_800)).toBe('1 May 2013');
});
