import { get, segment } from '../../api/client';
import { ProblemError } from '../../api/problem';
import { number } from '../../i18n/format';
import { t } from '../../i18n/index.svelte';
import type { components } from '../../api/schema';
import type { Session } from '../../api/types';
import type { StreetMap } from './words';
import { heading, type Point } from './view';

type Schemas = components['schemas'];

export type Control = Schemas['SignalControl'];
export type Round = Schemas['StreetRound'];
export type Comparison = Schemas['StreetComparison'];
export type LiveStreet = Schemas['LiveStreet'];
export type Minute = Schemas['StreetMinute'];
/** Running number of a lane, vehicles on it, how many of them stand, their mean speed in km/h. */
export type LaneNow = [lane: number, vehicles: number, halted: number, mean_kmh: number];
/** An event `frame`, by hand: the contract has no words for the shapes of events. */
export type Frame = {
  round: number;
  at_s: number;
  clock: string;
  control: Control;
  is_fallback: boolean;
  /** One letter a link, for each signal of the map. */
  lamps: string[];
  lanes: LaneNow[];
  running: number;
  halted: number;
  waiting_outside: number;
  arrived: number;
  lost_h: number;
};

/** What a standing vehicle takes of its lane, m. */
export const VEHICLE_M = 7.5;

export type Lane = { edge: string; shape: Point[]; width_m: number; limit_kmh: number; is_for_cars: boolean; is_for_vehicles: boolean };

/** All lanes in the order in which frames count them. */
export const lanesOf = (map: StreetMap): Lane[] =>
  map.edges.flatMap((edge) =>
    edge.lanes.map((lane) => ({
      edge: edge.id,
      shape: lane.shape as Point[],
      width_m: lane.width_m,
      limit_kmh: edge.limit_kmh,
      is_for_cars: lane.is_for_cars,
      is_for_vehicles: lane.is_for_vehicles,
    })),
  );

/** How a lane flows, by the mean speed of its vehicles against its limit. */
export type Flow = 'free' | 'slow' | 'jammed';
export function flowOf(mean_kmh: number, limit_kmh: number): Flow {
  const share = mean_kmh / Math.max(limit_kmh, 1);
  return share >= 0.6 ? 'free' : share >= 0.25 ? 'slow' : 'jammed';
}

/** The place of a lamp, the way that those who wait for it look, which links it shows and the lanes that end there. */
export type LampPlace = { at: Point; along: Point; links: number[]; lanes: number[] };
export type Signal = { id: string; number: number; at: Point; places: LampPlace[] };

/** Lamps that stand at one stop line are one place; crossings have none. */
export function signalsOf(map: StreetMap, lanes: readonly Lane[]): Signal[] {
  const key = (point: readonly number[]): string => point.join(' ');
  const ends = new Map<string, number[]>();
  for (const [at, lane] of lanes.entries()) {
    const end = key(lane.shape.at(-1) ?? []);
    ends.set(end, [...(ends.get(end) ?? []), at]);
  }
  return map.signals.map((signal, at) => {
    const places = new Map<string, LampPlace>();
    for (const [link, lamp] of signal.lamps.entries()) {
      if (!lamp) continue;
      const known = places.get(key(lamp));
      if (known) {
        known.links.push(link);
        continue;
      }
      const ending = ends.get(key(lamp)) ?? [];
      places.set(key(lamp), { at: lamp as Point, along: heading(lanes[ending[0] ?? -1]?.shape ?? []), links: [link], lanes: ending });
    }
    return { id: signal.id, number: at + 1, at: signal.at as Point, places: [...places.values()] };
  });
}

/** What a place shows: all may go, some turns may, yellow, or all wait; off where the signal is dark or blinks. */
export type Light = 'go' | 'some' | 'yellow' | 'stop' | 'off';
export function lightOf(place: Pick<LampPlace, 'links'>, letters: string | undefined): Light {
  const shown = place.links.map((link) => letters?.[link] ?? 'O');
  const goes = shown.filter((letter) => letter === 'G' || letter === 'g' || letter === 's').length;
  if (goes === shown.length && goes > 0) return 'go';
  if (goes > 0) return 'some';
  if (shown.some((letter) => letter === 'y' || letter === 'Y' || letter === 'u')) return 'yellow';
  if (shown.some((letter) => letter === 'r' || letter === 'R')) return 'stop';
  return 'off';
}

export type SignalNow = { signal: Signal; lights: Light[]; go: number; yellow: number; stop: number; off: number; standing: number };

/** Every signal with what its stop lines show and how many stand on the lanes before them. */
export function signalsNow(signals: readonly Signal[], frame: Frame): SignalNow[] {
  const halted = new Map(frame.lanes.map(([lane, , standing]) => [lane, standing]));
  return signals.map((signal, at) => {
    const lights = signal.places.map((place) => lightOf(place, frame.lamps[at]));
    const count = (...wanted: Light[]): number => lights.filter((light) => wanted.includes(light)).length;
    const before = new Set(signal.places.flatMap((place) => place.lanes));
    const standing = [...before].reduce((sum, lane) => sum + (halted.get(lane) ?? 0), 0);
    return { signal, lights, go: count('go', 'some'), yellow: count('yellow'), stop: count('stop'), off: count('off'), standing };
  });
}

/** The phase of a signal in words: how many of its stop lines have green, yellow, red. */
export function phaseText(now: SignalNow): string {
  if (now.off === now.lights.length) return t('street_live.phase_off');
  const parts = (['go', 'yellow', 'stop', 'off'] as const).filter((each) => now[each] > 0);
  return parts.map((each) => t(`street_live.phase_${each}_n`, { n: number(now[each]) })).join(' · ');
}

export type Jam = { edge: string; vehicles: number; halted: number; mean_kmh: number; limit_kmh: number };

/** The streets with the most standing vehicles, at most `most`; streets where nobody stands are left out. */
export function jams(lanes: readonly Lane[], frame: Frame, most: number): Jam[] {
  const found = new Map<string, Jam>();
  for (const [at, vehicles, halted, mean_kmh] of frame.lanes) {
    const lane = lanes[at];
    if (!lane) continue;
    const jam = found.get(lane.edge) ?? { edge: lane.edge, vehicles: 0, halted: 0, mean_kmh: 0, limit_kmh: lane.limit_kmh };
    const sum = jam.vehicles + vehicles;
    jam.mean_kmh = sum > 0 ? (jam.mean_kmh * jam.vehicles + mean_kmh * vehicles) / sum : 0;
    jam.vehicles = sum;
    jam.halted += halted;
    found.set(lane.edge, jam);
  }
  return [...found.values()]
    .filter((jam) => jam.halted > 0)
    .sort((a, b) => b.halted - a.halted || a.mean_kmh - b.mean_kmh)
    .slice(0, most);
}

/** Who rules the lamps, in words. */
export function controlText(frame: Pick<Frame, 'control' | 'is_fallback'>): string {
  if (frame.is_fallback) return t('street_live.control_silent');
  return t(`street_live.control_${frame.control}`);
}

/** Nothing where a street has no live side: the hall knows nothing at that address. */
export async function fetchLive(street: string): Promise<LiveStreet | null> {
  try {
    return await get<LiveStreet>(`/streets/${segment(street)}/live`);
  } catch (cause) {
    if (cause instanceof ProblemError && cause.status === 404) return null;
    throw cause;
  }
}

/** Who really ruled a round: a turn that an officer or a silent controller cut into is neither the one nor the other. */
export function ruledBy({ adaptive_share }: Pick<Round, 'adaptive_share'>): Control | 'mixed' {
  if (adaptive_share >= 0.95) return 'adaptive';
  return adaptive_share <= 0.05 ? 'fixed' : 'mixed';
}

/** From this many pairs on the interval is worth a claim. */
export const ENOUGH_PAIRS = 5;

/** The comparison in words; the difference is adaptive minus fixed, and it is clear only when the interval leaves out nought. */
export function comparisonText({ pairs, difference_s, adaptive_delay_s, fixed_delay_s }: Comparison): string {
  const of_means = adaptive_delay_s === null || fixed_delay_s === null ? undefined : adaptive_delay_s - fixed_delay_s;
  const difference = difference_s?.difference ?? of_means;
  if (pairs === 0 || difference === undefined) return t('street_live.compare_none');
  const { low, high } = difference_s ?? {};
  const size = number(Math.abs(difference), 1);
  if (low === null || low === undefined || high === null || high === undefined) {
    return t(difference <= 0 ? 'street_live.compare_one_less' : 'street_live.compare_one_more', { size });
  }
  const given = { size, pairs: number(pairs) };
  if (high < 0) return t('street_live.compare_less', { ...given, low: number(-high, 1), high: number(-low, 1) });
  if (low > 0) return t('street_live.compare_more', { ...given, low: number(low, 1), high: number(high, 1) });
  return t('street_live.compare_unclear', { ...given, low: number(low, 1), high: number(high, 1) });
}

/** Finished rounds of one pair, in the order of their numbers; a pair may still lack one. */
export function pairsOf(rounds: readonly Round[]): Round[][] {
  const found = new Map<number, Round[]>();
  for (const round of [...rounds].sort((a, b) => a.number - b.number)) {
    if (round.state !== 'over' || round.delay_s === null) continue;
    found.set(round.pair, [...(found.get(round.pair) ?? []), round]);
  }
  return [...found.values()];
}

/** Officers of the lever's office may take it into their hand: operators, those who approve, and the office's administrators. */
export const mayHold = (session: Session | undefined, office: string | undefined): boolean =>
  session?.kind === 'officer' &&
  session.office === office &&
  session.roles.some((role) => role === 'operator' || role === 'approver' || role === 'administrator');
