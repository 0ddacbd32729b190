import { type Box, type Floor, type Space } from '../space';
import type { Mason } from './mason';
import { isFlat, isInside } from './sala';
import { at, block, box, loft, rectangle, Shape } from './shape';

export const pondsOf = (space: Space): Box[] => space.floors.filter((floor) => floor.y < 0).map((floor) => floor.box);

/**
 * The ground at y = 0 as one surface cut at all borders, so that nothing lies on anything: lawn where the document has no floor, paving
 * where it has one at zero, a hole for a pond (a floor below zero), nothing below platforms.
 */
export function layGround(mason: Mason, space: Space, step: number): void {
  const [w, d] = space.size;
  const cuts = (axis: 0 | 1, end: number): number[] => {
    const edges = [...new Set([0, end, ...space.floors.flatMap(({ box }) => [box[axis], box[axis + 2] ?? end])])].filter((each) => each >= 0 && each <= end).sort((a, b) => a - b);
    return edges.flatMap((from, i) => {
      const to = edges[i + 1];
      if (to === undefined) return [from];
      const n = Math.max(1, Math.ceil((to - from) / step));
      return Array.from({ length: n }, (_, k) => from + ((to - from) * k) / n);
    });
  };
  const [xs, zs] = [cuts(0, w), cuts(1, d)];
  // a model of a file mostly brings ground of its own, at the same height: ours lies a little lower, or both would flicker
  const low = space.scene === 'model' ? -0.06 : 0;
  const lawn = new Shape();
  const paving = new Shape();
  const inlay = new Shape();
  const kerb = new Shape();
  for (let i = 0; i + 1 < xs.length; i++)
    for (let k = 0; k + 1 < zs.length; k++) {
      const [x0 = 0, x1 = 0, z0 = 0, z1 = 0] = [xs[i], xs[i + 1], zs[k], zs[k + 1]];
      const top = topFloor(space.floors, (x0 + x1) / 2, (z0 + z1) / 2);
      if (top && top.y !== 0) continue;
      if (top && !isFlat(top)) continue;
      const into = top ? (isInlay(space.floors, top) ? inlay : paving) : lawn;
      into.quad([x0, low, z1], [x1, low, z1], [x1, low, z0], [x0, low, z0]);
      if (top) layKerb(kerb, [x0, z0, x1, z1], (x, z) => topFloor(space.floors, x, z) === undefined);
    }
  mason.lay('lawn', 'grass', weld(lawn), { hollow: true });
  mason.lay('paving', 'paving', weld(paving), { hollow: true });
  mason.lay('brick', 'inlay', weld(inlay), { hollow: true });
  mason.lay('plain', 'stone', kerb, { hollow: true });
  const far = new Shape();
  const r = 700;
  const rim: [number, number, number, number][] = [[-r, -r, w + r, 0], [-r, d, w + r, d + r], [-r, 0, 0, d], [w, 0, w + r, d]];
  for (const [x0, z0, x1, z1] of rim) far.sheet([x0, low, z1], [x1, low, z1], [x1, low, z0], [x0, low, z0], 175);
  mason.lay('lawn', 'grass', far, { hollow: true });
  for (const pond of pondsOf(space)) layBasin(mason, pond);
}

export const topFloor = (floors: readonly Floor[], x: number, z: number): Floor | undefined => floors.findLast(({ box }) => isInside(x, z, box));

/** A floor that lies wholly in another of the same height is an inlay of brick in its paving. */
const isInlay = (floors: readonly Floor[], floor: Floor): boolean =>
  floors.some((each) => each !== floor && isFlat(each) && each.y === floor.y && each.box[0] <= floor.box[0] && each.box[1] <= floor.box[1] && each.box[2] >= floor.box[2] && each.box[3] >= floor.box[3]);

/** A line of stone where paving meets lawn. */
function layKerb(kerb: Shape, [x0, z0, x1, z1]: Box, isLawn: (x: number, z: number) => boolean): void {
  const [x, z] = [(x0 + x1) / 2, (z0 + z1) / 2];
  const edges: [boolean, number, number, number, number][] = [
    [isLawn(x, z0 - 0.1), x, z0, x1 - x0, 0.22],
    [isLawn(x, z1 + 0.1), x, z1, x1 - x0, 0.22],
    [isLawn(x0 - 0.1, z), x0, z, 0.22, z1 - z0],
    [isLawn(x1 + 0.1, z), x1, z, 0.22, z1 - z0],
  ];
  for (const [shown, cx, cz, w, d] of edges) if (shown) kerb.add(block(w + (w > d ? 0.01 : 0), 0.045, d + (d > w ? 0.01 : 0)), at(cx, 0, cz));
}

/** Corners that meet become one: half the work for the baked light. */
function weld(shape: Shape): Shape {
  const merged = new Shape();
  const known = new Map<string, number>();
  for (const i of shape.index) {
    const [x = 0, y = 0, z = 0] = shape.position.slice(i * 3, i * 3 + 3);
    const key = `${x.toFixed(3)},${z.toFixed(3)}`;
    const seen = known.get(key) ?? merged.vertex([x, y, z], [0, 1, 0]);
    known.set(key, seen);
    merged.index.push(seen);
  }
  return merged;
}

/** The rim of a pond: a low kerb of stone that one can sit on, and the wall down to the water. */
function layBasin(mason: Mason, [x0, z0, x1, z1]: Box): void {
  const [w, d] = [x1 - x0, z1 - z0];
  const kerb: [number, number, number, number][] = [
    [(x0 + x1) / 2, z0 + 0.2, w, 0.4],
    [(x0 + x1) / 2, z1 - 0.2, w, 0.4],
    [x0 + 0.2, (z0 + z1) / 2, 0.4, d - 0.8],
    [x1 - 0.2, (z0 + z1) / 2, 0.4, d - 0.8],
  ];
  for (const [x, z, kw, kd] of kerb)
    mason.lay('plain', 'stone', loft(rectangle(kw / 2, kd / 2), [[0, -0.3], [0, 0.2], [-0.03, 0.23]], 1.5), { at: at(x, 0, z) });
}

/** A garden wall of lime plaster with a plinth and a coping of tiles. */
export function layWall(mason: Mason, [x0, z0, x1, z1]: Box, height = 1.45): void {
  const [w, d] = [x1 - x0, z1 - z0];
  const place = at((x0 + x1) / 2, 0, (z0 + z1) / 2);
  mason.lay('plain', 'plaster', loft(rectangle(w / 2, d / 2), mason.isFine ? [[0.08, 0], [0.08, 0.28], [0, 0.34], [0, height - 0.2], [0.06, height - 0.16], [0.06, height - 0.08]] : [[0.08, 0], [0.08, 0.28], [0, 0.3], [0, height - 0.08]], mason.isFine ? 1.8 : 4), { at: place });
  const alongX = w > d;
  const [a, b] = alongX ? [w / 2 + 0.1, d / 2 + 0.16] : [d / 2 + 0.1, w / 2 + 0.16];
  const cap = new Shape();
  const low = height - 0.09;
  const top = height + 0.16;
  cap.sheet([-a, low, b], [a, low, b], [a, top, 0], [-a, top, 0], 3).sheet([a, low, -b], [-a, low, -b], [-a, top, 0], [a, top, 0], 3);
  cap.triangle([a, low, b], [a, low, -b], [a, top, 0]).triangle([-a, low, -b], [-a, low, b], [-a, top, 0]);
  cap.sheet([-a, low, -b], [a, low, -b], [a, low, b], [-a, low, b], 3);
  for (let i = 0; i < cap.uv.length / 2; i++) {
    cap.uv[i * 2] = cap.position[i * 3] ?? 0;
    cap.uv[i * 2 + 1] = (top - (cap.position[i * 3 + 1] ?? 0)) * 1.6;
  }
  mason.lay('tiles', 'terracotta', cap, { at: at((x0 + x1) / 2, 0, (z0 + z1) / 2, alongX ? 0 : Math.PI / 2) });
}

export function layBench(mason: Mason, [x0, z0, x1, z1]: Box): void {
  const [w, d] = [x1 - x0, z1 - z0];
  const [x, z] = [(x0 + x1) / 2, (z0 + z1) / 2];
  const alongX = w > d;
  const long = Math.max(w, d);
  for (const side of [-1, 1]) {
    const off = side * (long / 2 - 0.3);
    mason.lay('plain', 'stone', box(alongX ? 0.3 : w * 0.8, 0.36, alongX ? d * 0.8 : 0.3), { at: at(alongX ? x + off : x, 0, alongX ? z : z + off) });
  }
  for (let i = 0; i < 3; i++) {
    const off = (i - 1) * (Math.min(w, d) / 3);
    mason.lay('teak', 'teakLight', box(alongX ? w : d === long ? w / 3 - 0.03 : w, 0.07, alongX ? d / 3 - 0.03 : d), { at: at(alongX ? x : x + off, 0.36, alongX ? z + off : z) });
  }
}
