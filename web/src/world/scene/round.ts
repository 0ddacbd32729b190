import type { Matrix4 } from 'three';
import type { Mason } from './mason';
import { type Sala } from './sala';
import { at, box, cutout, facing, lathe, loft, mix, type Point, rectangle, Shape, tube } from './shape';
import type { Line } from '../../meeting/poll';
import type { Space } from '../space';
import type { Signs } from './sign';
import { layHanging } from './lantern';

/** The pavilion of a meeting: columns in a ring, a roof of three cones one above the other, a spire. */
export function layRoundRoof(mason: Mason, { columns, floor }: Sala): void {
  const x = columns.reduce((sum, each) => sum + each.x, 0) / columns.length;
  const z = columns.reduce((sum, each) => sum + each.z, 0) / columns.length;
  const r = Math.max(...columns.map((each) => Math.hypot(each.x - x, each.z - z)));
  const tall = 3.7;
  for (const each of columns) {
    mason.lay('teak', 'teak', lathe([[each.r, 0.2], [each.r * 0.96, tall * 0.5], [each.r * 0.88, tall - 0.3]], 14), { at: at(each.x, floor, each.z) });
    mason.lay('plain', 'stone', lathe([[each.r * 1.3, 0], [each.r * 1.3, 0.1], [each.r * 1.05, 0.2]], 14), { at: at(each.x, floor, each.z), hollow: true });
    mason.lay('gold', 'gold', lathe([[each.r * 0.9, tall - 0.4], [each.r, tall - 0.3], [each.r * 1.3, tall - 0.02], [0, tall]], 14), { at: at(each.x, floor, each.z), hollow: true });
  }
  const beam = new Shape();
  const n = columns.length * 4;
  for (const [r0, y0, r1, y1] of [[r + 0.14, tall - 0.26, r + 0.14, tall + 0.06], [r - 0.14, tall + 0.06, r - 0.14, tall - 0.26], [r - 0.14, tall - 0.26, r + 0.14, tall - 0.26]] as const)
    beam.surface(n, 1, (u, v) => {
      const [a, rr] = [u * Math.PI * 2, r0 + (r1 - r0) * v];
      return [Math.sin(a) * rr, y0 + (y1 - y0) * v, Math.cos(a) * rr];
    });
  mason.lay('teak', 'teakDeep', beam, { at: at(x, floor, z) });
  const turn = Math.atan2((columns[0]?.x ?? x) - x, (columns[0]?.z ?? z) - z);
  const sides = columns.length;
  const corner = (k: number, rr: number, y: number): Point => [Math.sin(turn + (k / sides) * Math.PI * 2) * rr, y, Math.cos(turn + (k / sides) * Math.PI * 2) * rr];
  let y = floor + tall - 0.15;
  const tiers: [from: number, to: number, rise: number][] = [[r + 1.5, r * 0.6, 3.1], [r * 0.74, r * 0.32, 2.7], [r * 0.44, 0.3, 3.6]];
  tiers.forEach(([from, to, rise], i) => {
    const radius = (t: number): number => from + (to - from) * t;
    const height = (t: number): number => rise * (0.42 * t + 0.58 * t * t);
    const long = Math.hypot(from - to, rise);
    const field = new Shape();
    const border = new Shape();
    const soffit = new Shape();
    const rim = new Shape();
    for (let k = 0; k < sides; k++) {
      const facet = (into: Shape, t0: number, t1: number, rows: number): void => {
        const first = into.size;
        into.surface(3, rows, (u, v) => {
          const t = t0 + (t1 - t0) * v;
          return mix(corner(k, radius(t), height(t)), corner(k + 1, radius(t), height(t)), u);
        });
        for (let n = first; n < into.size; n++) {
          const [u = 0, v = 0] = into.uv.slice(n * 2, n * 2 + 2);
          const t = t0 + (t1 - t0) * v;
          into.uv[n * 2] = (k + (u - 0.5) * (radius(t) / from)) * 2 * from * Math.sin(Math.PI / sides);
          into.uv[n * 2 + 1] = (1 - t) * long;
        }
      };
      facet(border, 0, 0.5 / long, 1);
      facet(field, 0.5 / long, 1, mason.isFine ? 6 : 4);
      const first = soffit.size;
      soffit.surface(2, 3, (u, v) => mix(corner(k + 1, radius(v), height(v) - 0.14), corner(k, radius(v), height(v) - 0.14), u));
      // each facet's pattern stands about its own middle
      for (let n = first; n < soffit.size; n++) {
        const [u = 0, v = 0] = soffit.uv.slice(n * 2, n * 2 + 2);
        soffit.uv[n * 2] = 0.48 + (u - 0.5) * 2 * radius(v) * Math.sin(Math.PI / sides);
        soffit.uv[n * 2 + 1] = v * long;
      }
      // a hip rafter below each edge
      if (i === 0) {
        const hip: [number, number, number, number][] = [0.02, 0.35, 0.7, 1].map((t) => {
          const [px, py, pz] = corner(k, radius(t), height(t) - 0.18);
          return [px, py, pz, 0.1];
        });
        mason.lay('teak', 'teakDeep', tube(hip, 4), { at: at(x, y, z), hollow: true });
      }
      rim.quad(corner(k, from, -0.14), corner(k + 1, from, -0.14), corner(k + 1, from, 0.01), corner(k, from, 0.01));
      // a ridge of gold down each edge, its foot turned up
      const ridge: [number, number, number, number][] = [0, 0.2, 0.45, 0.75, 1].map((t) => {
        const [px, py, pz] = corner(k, radius(t) + 0.02, height(t) + 0.02);
        return [px, py, pz, 0.09];
      });
      mason.lay('gold', 'gold', tube(ridge, 5), { at: at(x, y, z), hollow: true });
      const way = turn + (k / sides) * Math.PI * 2;
      const foot = at(x + Math.sin(way) * from, y + 0.02, z + Math.cos(way) * from, way - Math.PI / 2, 1 - i * 0.18);
      mason.lay('gold', 'gold', cutout([[-0.2, -0.12], [0.2, -0.16], [0.5, 0.02], [0.62, 0.5], [0.4, 0.2], [-0.2, 0.12]], 0.12), { at: foot, hollow: true });
    }
    mason.lay('tiles', 'roofGreen', border, { at: at(x, y, z), mirrored: true });
    mason.lay('tiles', 'terracotta', field, { at: at(x, y, z), mirrored: true });
    mason.lay('soffit', 'lacquer', soffit, { at: at(x, y, z), hollow: true });
    mason.lay('gold', 'goldPale', rim, { at: at(x, y, z), hollow: true });
    if (i < 2) {
      const drum = new Shape();
      for (let k = 0; k < sides; k++) {
        const [a, b] = [corner(k, to, 0), corner(k + 1, to, 0)];
        const up = (p: Point, h: number): Point => [p[0], h, p[2]];
        drum.quad(up(a, rise - 0.2), up(b, rise - 0.2), up(b, rise + 1), up(a, rise + 1)).quad(up(b, rise - 0.2), up(a, rise - 0.2), up(a, rise + 1), up(b, rise + 1));
        mason.lay('gold', 'gold', box(0.1, 0.75, 0.1), { at: at(x + a[0], y + rise - 0.1, z + a[2], turn), hollow: true });
      }
      mason.lay('teak', 'teak', drum, { at: at(x, y, z) });
    }
    y += rise + (i < 2 ? 0.32 : 0);
  });
  mason.lay('gold', 'gold', lathe([[0.4, -0.1], [0.44, 0.1], [0.3, 0.3], [0.34, 0.5], [0.2, 0.7], [0.24, 0.86], [0.12, 1.1], [0.15, 1.25], [0.06, 1.6], [0.03, 2.6], [0, 3]], 16), { at: at(x, y, z) });
  for (let k = 0; k < columns.length; k += 2) {
    const a = ((k + 0.5) / columns.length) * Math.PI * 2;
    layHanging(mason, x + Math.sin(a) * (r - 0.1), floor + tall - 0.1, z + Math.cos(a) * (r - 0.1), 0.35, 0.8);
  }
  layHanging(mason, x, floor + tall + 2, z, 1.6, 1.3);
}

/** What a meeting needs on its floor: mats in a ring with axe pillows (mon khwan), a line for where one stands, a lectern, a board. */
export function layCircle(mason: Mason, { columns, floor }: Sala, front: number, line: Line | null): void {
  const x = columns.reduce((sum, each) => sum + each.x, 0) / columns.length;
  const z = columns.reduce((sum, each) => sum + each.z, 0) / columns.length;
  const r = Math.max(...columns.map((each) => Math.hypot(each.x - x, each.z - z)));
  const seats = 20;
  for (let i = 0; i < seats; i++) {
    const degrees = (i + 0.5) * (360 / seats);
    if (Math.abs(((degrees - front + 540) % 360) - 180) < 20) continue; // open towards the steps
    const a = (degrees * Math.PI) / 180;
    const [sx, sz] = [x + Math.sin(a) * r * 0.6, z - Math.cos(a) * r * 0.6];
    const seat = facing(sx, floor, sz, degrees + 180);
    mason.lay('plain', i % 2 ? 'plasterDeep' : 'pavingDeep', loft(rectangle(0.5, 0.46), [[0, 0], [0, 0.03], [-0.02, 0.04]]), { at: seat.clone().multiply(at(0, 0.005, 0)), hollow: true });
    mason.lay('plain', i % 2 ? 'peacock' : 'lacquer', loft(rectangle(0.42, 0.38), [[0, 0], [0.02, 0.03], [0, 0.07], [-0.05, 0.08]]), { at: seat.clone().multiply(at(0, 0.04, 0)), hollow: true });
  }
  // the line of a spectrum poll: where a fixture has it, else from one side of the ring to the other; marked at both ends and the middle
  const { from, to } = line ?? { from: [x - r * 0.51, z + 0.4], to: [x + r * 0.51, z + 0.4] };
  const [mx, mz, long] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2, Math.hypot(to[0] - from[0], to[1] - from[1])];
  const turn = -Math.atan2(to[1] - from[1], to[0] - from[0]);
  const along = (t: number, y: number): Matrix4 => at(mx, y, mz, turn).multiply(at((t - 0.5) * long, 0, 0));
  const steps = 21;
  for (let i = 0; i < steps; i++) {
    const t = i / (steps - 1);
    const tall = i === 0 || i === steps - 1 || i === (steps - 1) / 2 ? 0.9 : i % 5 === 0 ? 0.55 : 0.3;
    mason.lay('plain', t < 0.34 ? 'peacock' : t > 0.66 ? 'carSaffron' : 'cream', box(0.12, 0.006, tall, 9), { at: along(t, floor + 0.014), hollow: true });
  }
  mason.lay('plain', 'cream', box(long, 0.005, 0.05, 9), { at: along(0.5, floor + 0.013), hollow: true });
}

/** The panel behind the lectern, with the name of the place. */
export function layPanel(mason: Mason, signs: Signs, space: Space, x: number, z: number, floor: number, wide: number): void {
  mason.lay('teak', 'teakDeep', box(wide, 1.9, 0.12), { at: at(x, floor + 0.7, z) });
  mason.lay('plain', 'plaster', box(wide - 0.24, 1.66, 0.03), { at: at(x, floor + 0.82, z + 0.07), hollow: true });
  for (const side of [-1, 1]) mason.lay('teak', 'teak', lathe([[0.1, 0], [0.1, 0.1], [0.06, 0.16], [0.06, 2.7], [0.1, 2.76], [0, 2.96]], 10), { at: at(x + side * (wide / 2 + 0.08), floor, z) });
  const height = signs.add(space.title, at(x, floor + 2.06, z + 0.13), wide - 1);
  mason.lay('gold', 'gold', box(wide - 0.9, height + 0.1, 0.02), { at: at(x, floor + 2.06 - height / 2 - 0.05, z + 0.095), hollow: true });
}

/** A lectern of teak, looking to where the yaw says. */
export function layLectern(mason: Mason, x: number, z: number, floor: number, yaw: number): void {
  const place = facing(x, floor, z, yaw);
  mason.lay('teak', 'teakDeep', loft(rectangle(0.26, 0.2), [[0.08, 0], [0.08, 0.08], [-0.03, 0.14], [-0.03, 0.92], [0.08, 1.02]]), { at: place });
  mason.lay('teak', 'teakLight', box(0.72, 0.05, 0.5), { at: place.clone().multiply(at(0, 1.04, 0)).multiply(at(0, 0, 0)), hollow: true });
  mason.lay('gold', 'gold', lathe([[0.13, 0], [0.11, 0.02], [0, 0.03]], 12), { at: place.clone().multiply(at(0, 0.6, 0.18)), hollow: true });
}
