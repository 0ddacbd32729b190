import type { Key } from '../../i18n/index.svelte';

/** Which resolutions and spans make sense for a series: none finer than its values, none longer than it is. */

const day = 86_400;
const most_points = 1000;
export type Resolution = { value: string; seconds: number; label: Key };

const all: Resolution[] = [
  { value: '3600', seconds: 3600, label: 'series.hour' },
  { value: String(day), seconds: day, label: 'series.day' },
  { value: String(7 * day), seconds: 7 * day, label: 'series.week' },
];

/** A series that is judged value by value is read window by window, for only windows have a usual band. */
export function resolutionsOf(cadence_s: number, window_s: number): Resolution[] {
  const values: Resolution =
    window_s <= cadence_s
      ? { value: String(window_s), seconds: window_s, label: 'series.raw' }
      : { value: 'raw', seconds: cadence_s, label: 'series.raw' };
  const own: Resolution = { value: String(window_s), seconds: window_s, label: 'series.own_window' };
  const coarser = all.filter((each) => each.seconds > values.seconds);
  const known = window_s <= cadence_s || coarser.some((each) => each.seconds === window_s);
  return [values, ...(known ? coarser : [...coarser, own].sort((a, b) => a.seconds - b.seconds))];
}

/** Spans in seconds, 0 for everything. */
export function spansOf(cadence_s: number, length_s: number): number[] {
  const spans = cadence_s >= 20 * day ? [730 * day, 1825 * day] : cadence_s >= day ? [90 * day, 365 * day] : [day, 7 * day, 30 * day];
  return [...spans.filter((span) => span < length_s), 0];
}

/** The longest span but everything; on a narrow page the one before it, so that days stay apart. */
export function firstSpan(spans: readonly number[], isNarrow: boolean): number {
  return spans.at(isNarrow && spans.length > 2 ? -3 : -2) ?? 0;
}

/** The finest resolution that keeps a span below about a thousand points. */
export function fittingResolution(resolutions: readonly Resolution[], span_s: number): string {
  const fit = resolutions.find((each) => span_s / Math.max(each.seconds, 1) <= most_points) ?? resolutions.at(-1);
  return fit?.value ?? 'raw';
}
