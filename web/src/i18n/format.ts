import { hall_clock } from './hall-clock.svelte';
import { language } from './language.svelte';

/**
 * Numbers and times as the page's language writes them: Buddhist years in Thai, Gregorian in English. Times are told by the hall's clock
 * unless a series has its own; what is a day or longer stands at midnight UTC and is read there, whatever the clock.
 */

export type Moment = string | number | Date;
const locale = (): string => (language.current === 'th' ? 'th-TH-u-ca-buddhist-nu-latn' : 'en-GB');

const made = new Map<string, Intl.DateTimeFormat>();
function dates(options: Intl.DateTimeFormatOptions, zone: string = hall_clock.zone): Intl.DateTimeFormat {
  const key = locale() + zone + JSON.stringify(options);
  const format = made.get(key) ?? new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options });
  made.set(key, format);
  return format;
}

/** Thai pages don't repeat "พ.ศ.": the year alone is how Thai people write it. */
const bare = (text: string): string => text.replace(/\s*(พ\.ศ\.|BE)\s*/g, ' ').trim();

export const date = (at: Moment, zone?: string): string =>
  bare(dates({ day: 'numeric', month: 'short', year: 'numeric' }, zone).format(new Date(at)));
export const month = (at: Moment, zone?: string): string => bare(dates({ month: 'short', year: 'numeric' }, zone).format(new Date(at)));
export const dayMonth = (at: Moment, zone?: string): string => dates({ day: 'numeric', month: 'short' }, zone).format(new Date(at));
export const year = (at: Moment, zone?: string): string => bare(dates({ year: 'numeric' }, zone).format(new Date(at)));
export const clock = (at: Moment, zone?: string): string =>
  dates({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, zone).format(new Date(at));
export const exact = (at: Moment): string =>
  `${date(at)} ${dates({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(new Date(at))}${language.current === 'th' ? '\u00a0น.' : ''}`;

const day_s = 86_400;

/** By which clock values of a length are told. */
export const clockOf = (length_s: number, zone?: string): string => (length_s >= day_s ? 'UTC' : (zone ?? hall_clock.zone));

/** A moment of a series, no finer than the series is: a monthly value has a month, not a minute. */
export function period(at: Moment, cadence_s: number, zone?: string): string {
  const by = clockOf(cadence_s, zone);
  if (cadence_s >= 27 * day_s) return month(at, by);
  return cadence_s >= day_s ? date(at, by) : `${date(at, by)} ${clock(at, by)}`;
}

/** The stretch from `start` up to `end` by what it covers: months, days, or hours of the series' own clock. */
export function stretch(start: string, end: string, zone?: string): string {
  const [from, to] = [Date.parse(start), Date.parse(end)];
  const is_days = from % (day_s * 1000) === 0 && to % (day_s * 1000) === 0 && from < to;
  if (is_days) {
    const last = to - 1;
    const is_months = new Date(from).getUTCDate() === 1 && new Date(to).getUTCDate() === 1;
    const name = (at: number): string => (is_months ? month(at, 'UTC') : date(at, 'UTC'));
    return name(from) === name(last) ? name(from) : `${name(from)} – ${name(last)}`;
  }
  const [day, last] = [date(from, zone), date(to, zone)];
  return day === last ? `${day} ${clock(from, zone)}–${clock(to, zone)}` : `${day} ${clock(from, zone)} – ${last} ${clock(to, zone)}`;
}

/** A zone by the name of its time in the page's language, and by the place that stands for it. */
export function zoneName(zone: string): string {
  const parts = new Intl.DateTimeFormat(locale(), { timeZone: zone, timeZoneName: 'longGeneric' }).formatToParts(0);
  return `${parts.find((part) => part.type === 'timeZoneName')?.value ?? zone} (${zone})`;
}

/** How far a zone's clock is ahead of UTC at a moment, ms. */
export function offsetOf(at: number, zone: string): number {
  if (zone === 'UTC') return 0;
  const key = `offset ${zone}`;
  const format =
    made.get(key) ??
    new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' },
    });
  made.set(key, format);
  const part = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const shown = Date.UTC(
    part['year'] ?? 0,
    (part['month'] ?? 1) - 1,
    part['day'],
    part['hour'],
    part['minute'],
    part['second'],
  );
  return shown - Math.floor(at / 1000) * 1000;
}

export function number(value: number, decimals = 0): string {
  return new Intl.NumberFormat(language.current === 'th' ? 'th-TH-u-nu-latn' : 'en-GB', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  })
    .format(value === 0 ? 0 : value)
    .replace('-', '−');
}

/** A quantity whose series is not at hand: three figures say enough. */
export function amount(value: number): string {
  return new Intl.NumberFormat(language.current === 'th' ? 'th-TH-u-nu-latn' : 'en-GB', {
    maximumFractionDigits: Math.abs(value) >= 100 ? 1 : Math.abs(value) >= 10 ? 2 : 3,
  })
    .format(value === 0 ? 0 : value)
    .replace('-', '−');
}

/** The same with its sign always shown, for differences. */
export const change = (value: number): string => `${value > 0 ? '+' : value === 0 ? '±' : ''}${amount(value)}`;

export function signed(value: number, decimals = 0): string {
  const seen = Math.round(value * 10 ** decimals);
  return `${seen > 0 ? '+' : seen < 0 ? '−' : '±'}${number(Math.abs(value), decimals)}`;
}

export function bytes(count: number): string {
  return count < 1024 ? `${count} B` : `${number(count / 1024, 1)} kB`;
}

const steps: [Intl.RelativeTimeFormatUnit, number][] = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', day_s],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** "3 minutes ago"; below five seconds it is now. */
export function relative(at: string | number | Date, now: number): string {
  const seconds = (new Date(at).getTime() - now) / 1000;
  const format = new Intl.RelativeTimeFormat(language.current === 'th' ? 'th' : 'en', { numeric: 'auto' });
  if (Math.abs(seconds) < 5) return format.format(0, 'second');
  const [unit, size] = steps.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
  return format.format(Math.trunc(seconds / size), unit);
}

type Span = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second';
const spans: [Span, number][] = [
  ['year', 365 * day_s],
  ['day', day_s],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** A length of time in its largest whole unit: 2 years, 90 days, 15 minutes. Any calendar month is one month. */
export function duration(seconds: number): string {
  const is_month = seconds >= 28 * day_s && seconds <= 31 * day_s && seconds !== 30 * day_s;
  const [unit, size]: [Span, number] = is_month
    ? ['month', seconds]
    : (spans.find(([, each]) => seconds >= each && seconds % each === 0) ?? ['second', 1]);
  return new Intl.NumberFormat(language.current === 'th' ? 'th-TH-u-nu-latn' : 'en-GB', {
    style: 'unit',
    unit,
    unitDisplay: 'long',
  }).format(seconds / size);
}
