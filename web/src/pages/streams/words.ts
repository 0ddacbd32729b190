import type { BoardSeries, Feed } from '../../api/types';
import { number, period } from '../../i18n/format';
import { say, t } from '../../i18n/index.svelte';

/** Sentences about series and feeds, the same on every page that speaks of them. */

export const valueOf = (series: BoardSeries): string =>
  series.value === null ? t('common.no_value') : number(series.value, series.decimals);

export function bandOf(series: BoardSeries): string {
  if (series.low === null || series.high === null) return '';
  return t('board.usual_band', { low: number(lowOf(series) ?? 0, series.decimals), high: number(series.high, series.decimals) });
}

/** A count can't be below zero, whatever the band's arithmetic says. */
export function lowOf(series: BoardSeries): number | null {
  if (series.low === null) return null;
  return series.spark.value.every((value) => value === null || value >= 0) ? Math.max(series.low, 0) : series.low;
}

export function sentenceOf(series: BoardSeries, title: string): string {
  if (series.value === null) return t('series.sentence_silent', { title });
  const given = { title, value: valueOf(series), unit: say(series.unit_title) };
  if (series.low === null || series.high === null || series.state === 'silent') return t('series.sentence_plain', given);
  return t(`series.sentence_${series.state}`, {
    ...given,
    low: number(lowOf(series) ?? 0, series.decimals),
    high: number(series.high, series.decimals),
  });
}

export function arrivalOf(feed: Feed): string {
  if (!feed.playing) return feed.is_live ? t('board.feed_live') : t('board.feed_paused');
  if (!feed.playing.position) return t('board.feed_replay_start');
  return t('board.feed_replay', {
    position: period(feed.playing.position, feed.cadence_s),
    speed: number(feed.playing.speed),
  });
}
