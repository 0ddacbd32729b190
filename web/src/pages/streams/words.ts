import type { BoardSeries, Feed } from '../../api/types';
import { number, period } from '../../i18n/format';
import { say, t } from '../../i18n/index.svelte';

/** Sentences about series and feeds, the same on every page that speaks of them. */

export const valueOf = (series: BoardSeries): string =>
  series.value === null ? t('common.no_value') : number(series.value, series.decimals);

export function bandOf(series: BoardSeries): string {
  if (series.low === null || series.high === null) return '';
  return t('board.usual_band', { low: number(series.low, series.decimals), high: number(series.high, series.decimals) });
}

export function sentenceOf(series: BoardSeries, title: string): string {
  if (series.value === null) return t('series.sentence_silent', { title });
  const given = { title, value: valueOf(series), unit: say(series.unit_title) };
  if (series.low === null || series.high === null || series.state === 'silent') return t('series.sentence_plain', given);
  return t(`series.sentence_${series.state}`, {
    ...given,
    low: number(series.low, series.decimals),
    high: number(series.high, series.decimals),
  });
}

export function arrivalOf(feed: Feed): string {
  if (!feed.playing) return feed.is_live ? t('board.feed_live') : t('board.feed_paused');
  if (!feed.playing.position) return t('board.feed_replay_start');
  return t('board.feed_replay', {
    position: period(feed.playing.position, feed.cadence_s, feed.time_zone),
    speed: number(feed.playing.speed),
  });
}
