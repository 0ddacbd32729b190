import type { Lever, LeverValue, Series } from '../../api/types';
import { amount, change, clock, date, month, number, period, signed } from '../../i18n/format';
import { say, t } from '../../i18n/index.svelte';

/** Quantities, moments and lever positions as people name them; without their series or lever, as well as can be said. */

const day_s = 86_400;

export function leverValue(value: LeverValue, lever: Lever | undefined): string {
  if (typeof value === 'object') return say(value) || t('run.no_notice');
  const choice = lever?.choices?.find((each) => each.value === value);
  if (choice) return say(choice.title);
  if (typeof value === 'string') return value;
  return lever?.unit ? `${amount(value)} ${lever.unit}` : amount(value);
}

export const figure = (value: number, series: Series | undefined): string => (series ? number(value, series.decimals) : amount(value));
export const difference = (value: number, series: Series | undefined): string => (series ? signed(value, series.decimals) : change(value));
export const measured = (value: number, series: Series | undefined): string =>
  series ? `${figure(value, series)} ${say(series.unit_title)}` : figure(value, series);

/** When a run acted, in the data: to the minute where its windows are shorter than a day. */
export const moment = (at: string, window_s: number): string => period(at, Math.min(window_s, day_s));

/** A window by its name: a month, a day, some days, some hours. */
export function windowName(start: string, end: string): string {
  const length_s = (Date.parse(end) - Date.parse(start)) / 1000;
  if (length_s >= 27 * day_s && length_s <= 31 * day_s) return month(start);
  if (length_s === day_s) return date(start);
  if (length_s > day_s) return `${date(start)} – ${date(end)}`;
  return `${date(start)} ${clock(start)}–${clock(end)}`;
}
