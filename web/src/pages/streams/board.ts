import type { Board, BoardArea, BoardSeries, SeriesState, WindowEvent } from '../../api/types';

/** The board as a page needs it: series by feed and unit, each with its area. Pure; the page adds life. */

export type Cell = { area: Omit<BoardArea, 'series'>; id: string };
export type Group = { key: string; feed: string; cells: Cell[]; isMap: boolean };

const fewest_for_a_map = 8;

export function groupsOf(board: Board): Group[] {
  const groups = new Map<string, Group>();
  for (const { series, ...area } of board.areas) {
    for (const each of series) {
      const key = `${each.feed} ${each.unit}`;
      const group = groups.get(key) ?? { key, feed: each.feed, cells: [], isMap: false };
      group.cells.push({ area, id: each.id });
      groups.set(key, group);
    }
  }
  const maps: Group[] = [];
  const cards = new Map<string, Group>();
  for (const group of groups.values()) {
    const shared = cards.get(group.feed);
    if (deservesMap(group)) maps.push({ ...group, isMap: true });
    else if (shared) shared.cells.push(...group.cells);
    else cards.set(group.feed, { ...group, key: group.feed });
  }
  return [...maps, ...cards.values()];
}

/** Many areas, one series each, most of them with a place: then where it happens says more than a list. */
function deservesMap({ cells }: Group): boolean {
  const placed = new Set(cells.filter((cell) => cell.area.lat !== null && cell.area.lon !== null).map((cell) => cell.area.area));
  const areas = new Set(cells.map((cell) => cell.area.area));
  return placed.size >= fewest_for_a_map && areas.size === cells.length && placed.size * 2 > areas.size;
}

const spark_length = 48;

/** What a finished (or revised) window does to the series on the board. A window older than the shown one changes only the spark. */
export function withWindow(series: BoardSeries, event: WindowEvent): BoardSeries {
  const at = [...series.spark.at];
  const value = [...series.spark.value];
  const place = at.indexOf(event.start);
  if (place >= 0) value[place] = event.value;
  else if (at.length === 0 || event.start > (at.at(-1) ?? '')) {
    at.push(event.start);
    value.push(event.value);
  }
  const spark = { at: at.slice(-spark_length), value: value.slice(-spark_length) };
  if (series.at !== null && event.start < series.at) return { ...series, spark };
  const before = value[at.indexOf(event.start) - 1] ?? null;
  return {
    ...series,
    at: event.start,
    value: event.value,
    change: before === null ? null : event.value - before,
    expected: event.expected,
    low: event.low,
    high: event.high,
    score: event.score,
    state: event.state,
    spark,
  };
}

export function countStates(series: Iterable<BoardSeries>): Record<SeriesState, number> {
  const counts: Record<SeriesState, number> = { usual: 0, high: 0, low: 0, silent: 0 };
  for (const each of series) counts[each.state] += 1;
  return counts;
}

/** Those out of the ordinary, the strangest first. */
export function unusualFirst(series: BoardSeries[]): BoardSeries[] {
  return series
    .filter((each) => each.state === 'high' || each.state === 'low')
    .sort((a, b) => Math.abs(b.score ?? 0) - Math.abs(a.score ?? 0));
}
