import { beforeAll, describe, expect, test } from 'vitest';
import { language, open, speak } from '../../i18n/index.svelte';
import type { Session } from '../../api/types';
import {
  comparisonText,
  controlText,
  flowOf,
  jams,
  lanesOf,
  lightOf,
  mayHold,
  pairsOf,
  phaseText,
  ruledBy,
  signalsNow,
  signalsOf,
  type Comparison,
  type Frame,
  type Round,
} from './live';
import { aside, heading, scaleBar, tail, type Point } from './view';
import type { MapEdge, StreetMap } from './words';

beforeAll(async () => {
  language.set('en');
  await open('streets');
  await speak('en');
});

const lane = (...shape: Point[]): MapEdge['lanes'][number] => ({ shape, width_m: 3.2, is_for_cars: true, is_for_vehicles: true });
const edge = (id: string, lanes: MapEdge['lanes']): MapEdge => ({ id, from: 'a', to: 'b', length_m: 100, limit_kmh: 50, lanes });
/** West street with two lanes that see one lamp place each, north street with one lane and two turns, south street without a signal. */
const map: StreetMap = {
  is_left_hand: false,
  bounds: [0, 0, 200, 200],
  edges: [
    edge('west', [lane([0, 98], [90, 98]), lane([0, 102], [90, 102])]),
    edge('north', [lane([100, 200], [100, 110])]),
    edge('south', [lane([100, 90], [100, 0])]),
  ],
  junctions: [],
  signals: [
    {
      id: 'centre',
      at: [100, 100],
      lamps: [[90, 98], [90, 102], [100, 110], null, [100, 110]],
      plan: [],
      offset_s: 0,
    },
  ],
};
const frame: Frame = {
  round: 3,
  at_s: 60,
  clock: '08:01:00',
  control: 'adaptive',
  is_fallback: false,
  lamps: ['GyrrG'],
  lanes: [
    [0, 4, 3, 10],
    [1, 6, 0, 40],
    [2, 5, 5, 0],
    [3, 2, 0, 45],
    [99, 1, 1, 0],
  ],
  running: 18,
  halted: 9,
  waiting_outside: 0,
  arrived: 1,
  lost_h: 0.5,
};
const lanes = lanesOf(map);
const signals = signalsOf(map, lanes);

describe('a line cut from its end', () => {
  const bent: Point[] = [
    [0, 0],
    [10, 0],
    [10, 10],
  ];
  test('keeps the stop line and has the length of the queue', () => {
    expect(tail(bent, 4)).toEqual([
      [10, 6],
      [10, 10],
    ]);
    expect(tail(bent, 15)).toEqual([
      [5, 0],
      [10, 0],
      [10, 10],
    ]);
  });
  test('is never longer than the line, and nothing for no queue', () => {
    expect(tail(bent, 1000)).toEqual(bent);
    expect(tail(bent, 0)).toEqual([]);
    expect(tail([], 5)).toEqual([]);
    expect(
      tail(
        [
          [1, 1],
          [1, 1],
        ],
        5,
      ),
    ).toEqual([[1, 1]]);
  });
  test('looks where its last stretch of some length goes', () => {
    expect(heading(bent)).toEqual([0, 1]);
    expect(heading([...bent, [10, 10]])).toEqual([0, 1]);
    expect(heading([[3, 3]])).toEqual([0, 1]);
  });
  test('moved aside lies to the right of its way on a screen', () => {
    expect(
      aside(
        [
          [0, 0],
          [10, 0],
        ],
        2,
      ),
    ).toEqual([
      [0, 2],
      [10, 2],
    ]);
  });
});

test('a scale bar is round and fits', () => {
  expect(scaleBar(0.42, 140)).toEqual({ metres: 200, points: 84 });
  expect(scaleBar(2, 100)).toEqual({ metres: 50, points: 100 });
  expect(scaleBar(20, 100)).toEqual({ metres: 5, points: 100 });
});

describe('a frame on the map', () => {
  test('lanes are counted over all streets in order', () => {
    expect(lanes.map((each) => each.edge)).toEqual(['west', 'west', 'north', 'south']);
  });
  test('lamps at one stop line are one place, and a crossing is none', () => {
    expect(signals[0]?.places).toEqual([
      { at: [90, 98], along: [1, 0], links: [0], lanes: [0] },
      { at: [90, 102], along: [1, 0], links: [1], lanes: [1] },
      { at: [100, 110], along: [0, -1], links: [2, 4], lanes: [2] },
    ]);
  });
  test('a signal tells its lights and who stands before it', () => {
    const [now] = signalsNow(signals, frame);
    expect(now).toMatchObject({ lights: ['go', 'yellow', 'some'], go: 2, yellow: 1, stop: 0, standing: 8 });
    expect(phaseText(now!)).toBe('2 lanes green · 1 yellow');
  });
  test('a signal without letters is dark, not green', () => {
    const [now] = signalsNow(signals, { ...frame, lamps: [] });
    expect(now?.lights).toEqual(['off', 'off', 'off']);
    expect(phaseText(now!)).toBe('dark or blinking');
  });
  test('yellow is told before red, and any green makes some', () => {
    const place = { links: [0, 1] };
    expect(['GG', 'gG', 'Gr', 'yr', 'rr', 'ur', 'oo', 'OO', ''].map((letters) => lightOf(place, letters))).toEqual([
      ...['go', 'go', 'some', 'yellow', 'stop', 'yellow', 'off', 'off', 'off'],
    ]);
  });
  test('the most jammed streets come first; streets where nobody stands and lanes that no map has are left out', () => {
    expect(jams(lanes, frame, 10)).toEqual([
      { edge: 'north', vehicles: 5, halted: 5, mean_kmh: 0, limit_kmh: 50 },
      { edge: 'west', vehicles: 10, halted: 3, mean_kmh: 28, limit_kmh: 50 },
    ]);
    expect(jams(lanes, frame, 1)).toHaveLength(1);
  });
  test('flow is told against the limit', () => {
    expect([50, 30, 29, 12.5, 12, 0].map((kmh) => flowOf(kmh, 50))).toEqual(['free', 'free', 'slow', 'slow', 'jammed', 'jammed']);
  });
  test('a silent controller is named before the plan', () => {
    expect(controlText({ control: 'fixed', is_fallback: true })).toBe('Fixed plan: the controller is silent');
    expect(controlText({ control: 'fixed', is_fallback: false })).toBe('Fixed plan');
  });
});

describe('the comparison in words', () => {
  const of = (pairs: number, difference_s: Comparison['difference_s']): string =>
    comparisonText({ pairs, difference_s, fixed_delay_s: pairs > 0 ? 105 : null, adaptive_delay_s: pairs > 0 ? 100 : null });
  test('less, with the interval the right way round', () => {
    expect(of(8, { before: 50, after: 20, difference: -31, low: -38, high: -24 })).toBe(
      'In rounds with the adaptive control each driver lost 31.0 s less (95 %: 24.0 to 38.0 s, 8 pairs).',
    );
  });
  test('more is said as plainly as less', () => {
    expect(of(8, { before: 50, after: 20, difference: 5, low: 2, high: 8 })).toContain('lost 5.0 s more (95 %: 2.0 to 8.0 s');
  });
  test('an interval over nought is no answer', () => {
    expect(of(3, { before: 50, after: 20, difference: -5, low: -12, high: 2 })).toContain('No clear difference: the interval from −12.0 to 2.0 s');
  });
  test('one pair has no interval, none has nothing to say', () => {
    expect(of(1, null)).toContain('each driver lost 5.0 s less with the adaptive control. One pair proves nothing');
    expect(of(1, { before: 50, after: 20, difference: 5, low: null, high: null })).toContain('lost 5.0 s more');
    expect(of(0, null)).toContain('nothing can be said');
  });
});

describe('rounds', () => {
  const round = (number: number, pair: number, more: Partial<Round> = {}): Round =>
    ({ id: `r${number}`, number, pair, state: 'over', delay_s: 100, adaptive_share: 1, ...more }) as Round;
  test('are joined in pairs by number; what goes on or was cut off is left out', () => {
    const rounds = [round(4, 2, { state: 'cut_off', delay_s: null }), round(3, 2), round(2, 1), round(1, 1), round(5, 3, { state: 'running', delay_s: null })];
    expect(pairsOf(rounds).map((pair) => pair.map((each) => each.number))).toEqual([[1, 2], [3]]);
  });
  test('belong to what really ruled', () => {
    expect([1, 0.96, 0.5, 0.04, 0].map((adaptive_share) => ruledBy({ adaptive_share }))).toEqual(['adaptive', 'adaptive', 'mixed', 'fixed', 'fixed']);
  });
});

test('only officers of the office with a deciding role take it into their hand', () => {
  const officer = (office: string, ...roles: string[]): Session => ({ kind: 'officer', office, roles }) as unknown as Session;
  expect(mayHold(officer('traffic', 'approver'), 'traffic')).toBe(true);
  expect(mayHold(officer('traffic', 'operator'), 'traffic')).toBe(true);
  expect(mayHold(officer('traffic', 'administrator'), 'traffic')).toBe(true);
  expect(mayHold(officer('traffic', 'analyst'), 'traffic')).toBe(false);
  expect(mayHold(officer('health', 'approver'), 'traffic')).toBe(false);
  expect(mayHold({ ...officer('traffic', 'approver'), kind: 'citizen' }, 'traffic')).toBe(false);
  expect(mayHold(undefined, 'traffic')).toBe(false);
});
