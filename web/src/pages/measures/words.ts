import type { Lever, LeverValue, Run, Series } from '../../api/types';
import { amount, change, number, period, signed, stretch } from '../../i18n/format';
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

type Written = Pick<Series, 'decimals' | 'unit_title'>;
export const figure = (value: number, series: Written | undefined): string => (series ? number(value, series.decimals) : amount(value));
export const difference = (value: number, series: Written | undefined): string => (series ? signed(value, series.decimals) : change(value));
export const measured = (value: number, series: Written | undefined): string =>
  series ? `${figure(value, series)} ${say(series.unit_title)}` : figure(value, series);

/** What a run was decided on, by its name: a month, some days, some hours. */
export const covered = (run: Pick<Run, 'since' | 'event_at' | 'time_zone'>): string => stretch(run.since, run.event_at, run.time_zone);

/** The end of a window, told by the window that it ends: a month that closes on the first of the next is that month. */
export const momentAfter = (at: string, window_s: number, zone: string): string =>
  window_s >= day_s ? period(Date.parse(at) - 1, window_s >= 27 * day_s ? window_s : day_s) : period(at, window_s, zone);
