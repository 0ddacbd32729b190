import { describe, expect, it } from 'vitest';
import type { StreetMap } from '../../pages/streets/words';
import { fine, placeFrom, ribbonsOf } from './ribbon';

const lane = (shape: number[][], is_for_vehicles = true): StreetMap['edges'][number]['lanes'][number] => ({ shape, width_m: 3.16, is_for_cars: true, is_for_vehicles }) as never;
const map = {
  bounds: [0, 0, 100, 100],
  edges: [
    { id: 'a', limit_kmh: 50, lanes: [lane([[0, 50], [100, 50]]), lane([[0, 40], [10, 40]], false)] },
    { id: 'b', limit_kmh: 50, lanes: [lane([[50, 0], [50, 45]])] },
  ],
  junctions: [{ id: 'j', shape: [[48, 48], [52, 48], [52, 52], [48, 52]] }],
  signals: [],
} as unknown as StreetMap;

describe('streets on the table', () => {
  it('lie with north up: what is north in the network has the smaller z', () => {
    const place = placeFrom([10, 200]);
    expect(place([10, 200])).toEqual([0, 0]);
    expect(place([15, 150])).toEqual([5, 50]);
  });
  it('have a corner each eight metres and keep their own corners', () => {
    const line = fine([[0, 0], [20, 0], [20, 5]]);
    expect(line[0]).toEqual([0, 0]);
    expect(line).toContainEqual([20, 0]);
    expect(line.at(-1)).toEqual([20, 5]);
    for (const [i, [x, z]] of line.entries()) if (i > 0) expect(Math.hypot(x - line[i - 1]![0], z - line[i - 1]![1])).toBeLessThanOrEqual(8);
  });
  it('show vehicles’ lanes and junctions, know to which street each corner belongs, follow the ground and look up', () => {
    const made = ribbonsOf(map, placeFrom([0, 100]), (x) => x / 10, 0.2);
    expect(new Set(made.owner)).toEqual(new Set([0, 1, -1]));
    expect(made.index.length % 3).toBe(0);
    for (let i = 0; i < made.owner.length; i++) {
      const [x = 0, y = 0] = made.position.slice(3 * i, 3 * i + 2);
      expect(y - x / 10).toBeGreaterThan(0.1);
      expect(y - x / 10).toBeLessThan(0.21);
    }
    for (let i = 0; i < made.index.length; i += 3) {
      const [a, b, c] = [0, 1, 2].map((k) => made.position.slice(3 * made.index[i + k]!, 3 * made.index[i + k]! + 3)) as [number[], number[], number[]];
      const up = (b[2]! - a[2]!) * (c[0]! - a[0]!) - (b[0]! - a[0]!) * (c[2]! - a[2]!);
      expect(up).toBeGreaterThan(0);
    }
  });
  it('leave out footpaths', () => {
    const made = ribbonsOf(map, placeFrom([0, 100]), () => 0, 0);
    const zs = made.position.filter((_, i) => i % 3 === 2);
    expect(zs.some((z) => z > 57 && z < 63 && made.owner[zs.indexOf(z)] === 0)).toBe(false);
  });
});
