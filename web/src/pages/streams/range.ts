import type { Key } from '../../i18n/index.svelte';

/** Which resolutions and spans make sense for a series: none finer than its values, none longer than it is. */

const day = 86_400;
export type Resolution = { value: string; label: Key };

const all: { seconds: number; label: Key }[] = [
  { seconds: 3600, label: 'series.hour' },
  { seconds: day, label: 'series.day' },
  { seconds: 7 * day, label: 'series.week' },
];

export function resolutionsOf(cadence_s: number): Resolution[] {
  const coarser = all.filter((each) => each.seconds > cadence_s).map((each) => ({ value: String(each.seconds), label: each.label }));
  return [{ value: 'raw', label: 'series.raw' }, ...coarser];
}

/** Spans in seconds, 0 for everything. */
export function spansOf(cadence_s: number, length_s: number): number[] {
  const spans = cadence_s >= 20 * day ? [730 * day, 1825 * day] : cadence_s >= day ? [90 * day, 365 * day] : [day, 7 * day, 30 * day];
  return [...spans.filter((span) => span < length_s), 0];
}

/** The finest resolution that keeps a span below about a thousand points. */
export function fittingResolution(cadence_s: number, span_s: number): string {
  const most = 1000;
  if (span_s / Math.max(cadence_s, 1) <= most) return 'raw';
  const fit = all.find((each) => each.seconds > cadence_s && span_s / each.seconds <= most);
  return String(fit?.seconds ?? all.at(-1)?.seconds ?? 'raw');
}
