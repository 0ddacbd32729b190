import type { Board, BoardArea, BoardSeries, Insight, SeriesState, WindowEvent } from '../../api/types';

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

/** How far a series reaches: the most of its last windows, without their sign. */
const reachOf = (series: BoardSeries): number => Math.max(0, ...series.spark.value.map((value) => Math.abs(value ?? 0)));

/**
 * How much a finding matters: its strangeness, weighed by how much is at stake among series of the same feed and unit. Three cases in
 * a small province where none were expected are as strange as three hundred in a large one, but less important.
 */
function weigh(strangeness: number, at_stake: number, greatest: number): number {
  return Math.abs(strangeness) * Math.sqrt(Math.min(at_stake / Math.max(greatest, 1e-9), 1));
}

/** The greatest reach of each feed and unit. */
export function reaches(series: Iterable<BoardSeries>): Map<string, number> {
  const out = new Map<string, number>();
  for (const each of series) {
    const key = `${each.feed} ${each.unit}`;
    out.set(key, Math.max(out.get(key) ?? 0, reachOf(each)));
  }
  return out;
}

/** Those out of the ordinary, what matters most first. */
export function unusualFirst(series: BoardSeries[]): BoardSeries[] {
  const greatest = reaches(series);
  const weight = (each: BoardSeries): number =>
    weigh(
      each.score ?? 0,
      Math.max(Math.abs(each.value ?? 0), Math.abs(each.expected ?? 0)),
      greatest.get(`${each.feed} ${each.unit}`) ?? 0,
    );
  return series.filter((each) => each.state === 'high' || each.state === 'low').sort((a, b) => weight(b) - weight(a));
}

/** The most important of the latest insights, one for each series: by the hall's own figure, weighed by what is at stake. */
export function importantFirst(
  insights: readonly Insight[],
  of: (id: string) => BoardSeries | undefined,
  greatest: ReadonlyMap<string, number>,
): Insight[] {
  const weight = ({ importance, value, expected, series: id }: Insight): number => {
    const series = of(id);
    if (!series) return 0;
    return weigh(importance, Math.max(Math.abs(value), Math.abs(expected)), greatest.get(`${series.feed} ${series.unit}`) ?? 0);
  };
  const newest = new Map<string, Insight>();
  for (const insight of insights) if (!newest.has(insight.series)) newest.set(insight.series, insight);
  return [...newest.values()].sort((a, b) => weight(b) - weight(a));
}
