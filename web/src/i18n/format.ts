import { language } from './language.svelte';

/** Numbers and times as the page's language writes them: Buddhist years in Thai, Gregorian in English, Bangkok's clock. */

const zone = 'Asia/Bangkok';
const locale = (): string => (language.current === 'th' ? 'th-TH-u-ca-buddhist-nu-latn' : 'en-GB');

const made = new Map<string, Intl.DateTimeFormat>();
function dates(options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale() + JSON.stringify(options);
  const format = made.get(key) ?? new Intl.DateTimeFormat(locale(), { timeZone: zone, ...options });
  made.set(key, format);
  return format;
}

/** Thai pages don't repeat "พ.ศ.": the year alone is how Thai people write it. */
const bare = (text: string): string => text.replace(/\s*(พ\.ศ\.|BE)\s*/g, ' ').trim();

export const date = (at: string | number | Date): string =>
  bare(dates({ day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(at)));
export const month = (at: string | number | Date): string => bare(dates({ month: 'short', year: 'numeric' }).format(new Date(at)));
export const dayMonth = (at: string | number | Date): string => dates({ day: 'numeric', month: 'short' }).format(new Date(at));
export const year = (at: string | number | Date): string => bare(dates({ year: 'numeric' }).format(new Date(at)));
export const clock = (at: string | number | Date): string =>
  dates({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(new Date(at));
export const exact = (at: string | number | Date): string =>
  `${date(at)} ${dates({ hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(new Date(at))}${language.current === 'th' ? ' น.' : ''}`;

const day_s = 86_400;

/** A moment of a series, no finer than the series is: a monthly value has a month, not a minute. */
export function period(at: string | number | Date, cadence_s: number): string {
  if (cadence_s >= 27 * day_s) return month(at);
  if (cadence_s >= day_s) return date(at);
  return `${date(at)} ${clock(at)}`;
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
