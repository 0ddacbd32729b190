import { number } from '../../i18n/format';
import { t } from '../../i18n/index.svelte';

/** A length of time as people say it: minutes, hours or days, whichever is whole. */
export function lasting(minutes: number): string {
  // The singular is never needed: one day is 24 hours, one hour 60 minutes.
  if (minutes % 1440 === 0 && minutes > 1440) return t('conduct.days', { n: number(minutes / 1440) });
  if (minutes % 60 === 0 && minutes > 60) return t('conduct.hours', { n: number(minutes / 60) });
  return t('conduct.minutes', { n: number(minutes) });
}

/** Lengths that a decision offers: those up to the longest that the rule allows, and that one. */
export const lengths = (longest_minutes: number): number[] => {
  const usual = [10, 60, 1440, 7 * 1440, 30 * 1440, 90 * 1440, 180 * 1440].filter((minutes) => minutes < longest_minutes);
  return [...usual, longest_minutes];
};

/** When it ends: a little earlier, so that an end "from now" is not later than the hall's own clock allows. */
export const endOf = (minutes: number, now_ms: number): string => new Date(now_ms + minutes * 60_000 - 30_000).toISOString();
