import { ShapeUtils, Vector2 } from 'three';
import type { StreetMap } from '../../pages/streets/words';

/** From the network's own metres (y to the north) to those of the district (z to the south), whose north-west corner lies at `origin`. */
export type Place = (point: readonly number[]) => [x: number, z: number];
export const placeFrom =
  ([east, north]: readonly [number, number]): Place =>
  ([x = 0, y = 0]) => [x - east, north - y];

/** Triangles on the ground; `owner[i]`: running number of the edge to which corner i belongs, −1 for junctions. */
export type Ribbons = { position: number[]; owner: number[]; index: number[] };

/** A street follows the ground only where it has corners. */
const STEP_M = 8;

/** A line with a point at least each `step` metres. */
export function fine(line: readonly (readonly [number, number])[], step = STEP_M): [number, number][] {
  const found: [number, number][] = [];
  for (const [i, [x, z]] of line.entries()) {
    const before = line[i - 1];
    if (before) {
      const long = Math.hypot(x - before[0], z - before[1]);
      if (long < 1e-3) continue;
      const n = Math.ceil(long / step);
      for (let k = 1; k < n; k++) found.push([before[0] + ((x - before[0]) * k) / n, before[1] + ((z - before[1]) * k) / n]);
    }
    found.push([x, z]);
  }
  return found;
}

/** Lanes as ribbons and junctions as their polygons, laid `lift` metres over the ground. */
export function ribbonsOf(map: StreetMap, place: Place, ground: (x: number, z: number) => number, lift: number): Ribbons {
  const made: Ribbons = { position: [], owner: [], index: [] };
  map.edges.forEach((edge, number) => {
    for (const lane of edge.lanes) {
      if (lane.is_for_vehicles) lay(made, fine(lane.shape.map(place)), lane.width_m / 2 - 0.08, number, ground, lift);
    }
  });
  for (const junction of map.junctions) {
    const shape = junction.shape.map(place);
    if (shape.length < 3) continue;
    const first = made.owner.length;
    for (const [x, z] of shape) push(made, x, ground(x, z) + lift * 0.8, z, -1);
    for (const corners of ShapeUtils.triangulateShape(shape.map(([x, z]) => new Vector2(x, z)), [])) turned(made, corners.map((corner) => first + corner));
  }
  return made;
}

function lay(made: Ribbons, line: [number, number][], half: number, owner: number, ground: (x: number, z: number) => number, lift: number): void {
  const first = made.owner.length;
  line.forEach(([x, z], i) => {
    const [ax, az] = line[i - 1] ?? [x, z];
    const [bx, bz] = line[i + 1] ?? [x, z];
    const long = Math.hypot(bx - ax, bz - az) || 1;
    const [nx, nz] = [-(bz - az) / long, (bx - ax) / long];
    for (const side of [1, -1]) {
      const [px, pz] = [x + nx * half * side, z + nz * half * side];
      push(made, px, ground(px, pz) + lift, pz, owner);
    }
    if (i > 0) {
      const at = first + 2 * i;
      turned(made, [at - 2, at - 1, at]);
      turned(made, [at, at - 1, at + 1]);
    }
  });
}

function push(made: Ribbons, x: number, y: number, z: number, owner: number): void {
  made.position.push(x, y, z);
  made.owner.push(owner);
}

/** A triangle with its face up, whichever way its corners came. */
function turned(made: Ribbons, corners: number[]): void {
  const [a = 0, b = 0, c = 0] = corners;
  const p = (corner: number): [number, number] => [made.position[3 * corner] ?? 0, made.position[3 * corner + 2] ?? 0];
  const [[ax, az], [bx, bz], [cx, cz]] = [p(a), p(b), p(c)];
  const up = (bz - az) * (cx - ax) - (bx - ax) * (cz - az) > 0;
  made.index.push(...(up ? [a, b, c] : [a, c, b]));
}
