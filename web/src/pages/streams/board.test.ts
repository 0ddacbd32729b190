import { describe, expect, it } from 'vitest';
import type { Board, BoardSeries, Insight, WindowEvent } from '../../api/types';
import { countStates, groupsOf, importantFirst, reaches, unusualFirst, withWindow } from './board';

const series = (id: string, more: Partial<BoardSeries> = {}): BoardSeries => ({
  id,
  feed: 'dengue',
  title: { th: id, en: id },
  unit: 'cases',
  unit_title: { th: 'ราย', en: 'cases' },
  decimals: 0,
  time_zone: 'Asia/Bangkok',
  at: '2017-11-01T00:00:00Z',
  value: 10,
  change: 2,
  expected: 9,
  low: 4,
  high: 14,
  score: 0.5,
  state: 'usual',
  spark: { at: ['2017-10-01T00:00:00Z', '2017-11-01T00:00:00Z'], value: [8, 10] },
  ...more,
});
const window_of = (more: Partial<WindowEvent>): WindowEvent => ({
  series: 'a',
  start: '2017-12-01T00:00:00Z',
  end: '2018-01-01T00:00:00Z',
  value: 30,
  count: 1,
  revision: 0,
  score: 6,
  state: 'high',
  expected: 9,
  low: 4,
  high: 14,
  ...more,
});

describe('a window that arrives', () => {
  it('becomes the value, with its change and its place in the spark', () => {
    const after = withWindow(series('a'), window_of({}));
    expect([after.value, after.change, after.state]).toEqual([30, 20, 'high']);
    expect(after.spark.value).toEqual([8, 10, 30]);
  });
  it('corrects the value when it is a revision of the shown one', () => {
    const after = withWindow(series('a'), window_of({ start: '2017-11-01T00:00:00Z', value: 12, revision: 1 }));
    expect([after.value, after.change]).toEqual([12, 4]);
    expect(after.spark.value).toEqual([8, 12]);
  });
  it('only corrects the spark when it is older', () => {
    const after = withWindow(series('a'), window_of({ start: '2017-10-01T00:00:00Z', value: 1, revision: 1 }));
    expect([after.value, after.state]).toEqual([10, 'usual']);
    expect(after.spark.value).toEqual([1, 10]);
  });
});

describe('the board', () => {
  const board: Board = {
    at: '',
    event_time: null,
    areas: [
      ...Array.from({ length: 9 }, (_, at) => ({
        area: `p${at}`,
        title: { th: 'ก', en: 'A' },
        lat: at,
        lon: 100,
        series: [series(`d${at}`)],
      })),
      { area: 'road', title: { th: 'ถนน', en: 'Road' }, lat: 45, lon: -93, series: [series('r', { feed: 'traffic', unit: 'vehicles' })] },
    ],
  };
  it('groups by feed and puts what deserves a map first', () => {
    expect(groupsOf(board).map((group) => [group.feed, group.cells.length, group.isMap])).toEqual([
      ['dengue', 9, true],
      ['traffic', 1, false],
    ]);
  });
  it('lists what matters most first and counts the states', () => {
    const spark = { at: ['', ''], value: [100, 400] };
    const list = [
      series('a', { state: 'high', score: 3.5, value: 300, spark }),
      series('b'),
      series('c', { state: 'low', score: -8, value: 0, spark }),
    ];
    expect(unusualFirst(list).map((each) => each.id)).toEqual(['a', 'c']);
    expect(countStates(list)).toEqual({ usual: 1, high: 1, low: 1, silent: 0 });
  });
  it('puts three hundred cases before three, and shows each series once', () => {
    const spark = { at: ['', ''], value: [10, 978] };
    const all = [series('small'), series('large', { spark })];
    const insight = (id: string, value: number, importance: number): Insight =>
      ({ id: `${id}${value}`, series: id, value, expected: 0, importance }) as Insight;
    const found = importantFirst(
      [insight('small', 3, 0.6), insight('large', 300, 0.5), insight('large', 900, 0.7)],
      (id) => all.find((each) => each.id === id),
      reaches(all),
    );
    expect(found.map((each) => each.id)).toEqual(['large300', 'small3']);
  });
});
