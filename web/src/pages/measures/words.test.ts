import { beforeEach, expect, it } from 'vitest';
import type { Lever, Series } from '../../api/types';
import { language } from '../../i18n/index.svelte';
import { covered, difference, leverValue, measured, momentAfter } from './words';

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
it('names what a run was decided on, and the end of a window by the window', () => {
  const run = { since: '2012-02-01T00:00:00Z', event_at: '2012-03-01T00:00:00Z', time_zone: 'Asia/Bangkok' };
  expect(covered(run)).toBe('Feb 2012');
  language.set('th');
  expect(covered(run)).toBe('ก.พ. 2555');
  language.set('en');
  expect(momentAfter('2012-03-01T00:00:00Z', 2_629_800, 'Asia/Bangkok')).toBe('Feb 2012');
  expect(momentAfter('2018-03-09T00:00:00Z', 604_800, 'America/Chicago')).toBe('8 Mar 2018');
  expect(momentAfter('2018-03-07T14:00:00Z', 3600, 'America/Chicago')).toBe('7 Mar 2018 08:00');
});
