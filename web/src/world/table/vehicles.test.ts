import { describe, expect, it } from 'vitest';
import type { Frame, Lane } from '../../pages/streets/live';
import { placeFrom } from './ribbon';
import { on, tracksOf, vehiclesOf } from './vehicles';

const lanes = [
  { edge: 'a', shape: [[0, 100], [60, 100], [60, 60]], width_m: 3, limit_kmh: 50, is_for_cars: true, is_for_vehicles: true },
  { edge: 'b', shape: [[0, 0], [10, 0]], width_m: 3, limit_kmh: 50, is_for_cars: true, is_for_vehicles: true },
] as Lane[];
const tracks = tracksOf(lanes, placeFrom([0, 100]));
const frame = (given: [number, number, number, number][], at_s = 0): Frame => ({ at_s, lanes: given }) as Frame;

describe('vehicles on the table', () => {
  it('go along the lane, round its corner, and look where it goes', () => {
    expect(tracks[0]!.length).toBe(100);
    expect(on(tracks[0]!, 30)).toMatchObject({ x: 30, z: 0 });
    expect(on(tracks[0]!, 30).yaw).toBeCloseTo(Math.PI / 2);
    expect(on(tracks[0]!, 80)).toMatchObject({ x: 60, z: 20 });
    expect(Math.abs(on(tracks[0]!, 80).yaw)).toBeCloseTo(Math.PI);
  });
  it('stand back from the stop line, and drive on the rest of the lane', () => {
    const found = vehiclesOf(tracks, frame([[0, 5, 2, 18]]), 0);
    expect(found.filter((each) => each.stands).map(({ x, z }) => [x, z])).toEqual([[60, 36.25], [60, 28.75]]);
    const moving = found.filter((each) => !each.stands);
    expect(moving).toHaveLength(3);
    for (const each of moving) expect(each.z).toBeLessThan(25.1);
  });
  it('move by the mean speed, and nobody leaves the lane', () => {
    const [now] = vehiclesOf(tracks, frame([[0, 1, 0, 36]]), 0);
    const [then] = vehiclesOf(tracks, frame([[0, 1, 0, 36]]), 1);
    expect(then!.x - now!.x).toBeCloseTo(10);
    for (let s = 0; s < 30; s += 0.7) {
      for (const { x, z } of vehiclesOf(tracks, frame([[0, 7, 3, 40], [1, 9, 9, 0]], 3), s)) {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x).toBeLessThanOrEqual(60);
        expect(z).toBeLessThanOrEqual(100);
      }
    }
  });
  it('of which there are more than a lane has room for are drawn as a full lane', () => {
    expect(vehiclesOf(tracks, frame([[1, 9, 9, 0]]), 0)).toHaveLength(1);
  });
  it('of a lane that the map lacks are left out', () => expect(vehiclesOf(tracks, frame([[7, 2, 1, 5]]), 0)).toEqual([]));
});
