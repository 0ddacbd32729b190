import { type BufferGeometry, Matrix3, Matrix4, ShapeUtils, Vector2, Vector3 } from 'three';

export type Point = readonly [x: number, y: number, z: number];
/** Radius or offset, and height. */
export type Profile = readonly (readonly [out: number, y: number])[];

/** Triangles in the making. Metres; faces look to where their corners run counter-clockwise; `uv` is in metres too, for patterns. */
export class Shape {
  readonly position: number[] = [];
  readonly normal: number[] = [];
  readonly uv: number[] = [];
  readonly index: number[] = [];

  get size(): number {
    return this.position.length / 3;
  }

  vertex(at: Point, normal: Point, u = 0, v = 0): number {
    this.position.push(...at);
    this.normal.push(...normal);
    this.uv.push(u, v);
    return this.size - 1;
  }

  /** A flat face of four corners, counter-clockwise as seen from its front. */
  quad(a: Point, b: Point, c: Point, d: Point, uv: readonly [number, number, number, number] = [0, 0, 1, 1]): this {
    const n = normalOf(a, b, c, d);
    const [u0, v0, u1, v1] = uv;
    const first = this.vertex(a, n, u0, v0);
    this.vertex(b, n, u1, v0);
    this.vertex(c, n, u1, v1);
    this.vertex(d, n, u0, v1);
    this.index.push(first, first + 1, first + 2, first, first + 2, first + 3);
    return this;
  }

  triangle(a: Point, b: Point, c: Point): this {
    const n = normalOf(a, b, c, c);
    const first = this.vertex(a, n);
    this.vertex(b, n, 1, 0);
    this.vertex(c, n, 0, 1);
    this.index.push(first, first + 1, first + 2);
    return this;
  }

  /** A flat face cut into pieces no longer than `step`, so that baked light has where to stand. */
  sheet(a: Point, b: Point, c: Point, d: Point, step: number): this {
    const across = Math.max(1, Math.ceil(Math.max(distance(a, b), distance(d, c)) / step));
    const along = Math.max(1, Math.ceil(Math.max(distance(a, d), distance(b, c)) / step));
    return this.surface(across, along, (u, v) => mix(mix(a, b, u), mix(d, c, u), v), normalOf(a, b, c, d));
  }

  /** A smooth surface; `u` and `v` run from 0 to 1, counter-clockwise as seen from its front. */
  surface(across: number, along: number, at: (u: number, v: number) => Point, flat?: Point): this {
    const first = this.size;
    const e = 1e-3;
    for (let row = 0; row <= along; row++)
      for (let column = 0; column <= across; column++) {
        const [u, v] = [column / across, row / along];
        const here = at(u, v);
        const n = flat ?? unit(cross(minus(at(u + e, v), at(u - e, v)), minus(at(u, v + e), at(u, v - e))));
        this.vertex(here, n, u, v);
      }
    for (let row = 0; row < along; row++)
      for (let column = 0; column < across; column++) {
        const a = first + row * (across + 1) + column;
        const d = a + across + 1;
        this.index.push(a, a + 1, d + 1, a, d + 1, d);
      }
    return this;
  }

  add(other: Shape, matrix?: Matrix4): this {
    const first = this.size;
    const turn = matrix && new Matrix3().getNormalMatrix(matrix);
    const place = new Vector3();
    for (let i = 0; i < other.position.length; i += 3) {
      place.fromArray(other.position, i);
      if (matrix) place.applyMatrix4(matrix);
      this.position.push(place.x, place.y, place.z);
      place.fromArray(other.normal, i);
      if (turn) place.applyMatrix3(turn).normalize();
      this.normal.push(place.x, place.y, place.z);
    }
    for (const each of other.uv) this.uv.push(each);
    const mirrored = matrix !== undefined && matrix.determinant() < 0;
    for (let i = 0; i < other.index.length; i += 3) {
      const [a = 0, b = 0, c = 0] = other.index.slice(i, i + 3);
      this.index.push(first + a, first + (mirrored ? c : b), first + (mirrored ? b : c));
    }
    return this;
  }
}

export const mix = (a: Point, b: Point, t: number): Point => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];
const minus = (a: Point, b: Point): Point => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a: Point, b: Point): Point => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const unit = (a: Point): Point => {
  const length = Math.hypot(...a) || 1;
  return [a[0] / length, a[1] / length, a[2] / length];
};
const distance = (a: Point, b: Point): number => Math.hypot(...minus(a, b));
/** By the diagonals, so that a face whose two corners coincide has one too. */
const normalOf = (a: Point, b: Point, c: Point, d: Point): Point =>
  unit(c === d ? cross(minus(b, a), minus(c, a)) : cross(minus(c, a), minus(d, b)));

/** A box that stands on `y = 0` in the middle of x and z. */
export function box(width: number, height: number, depth: number, step = 1.5): Shape {
  const [x, z] = [width / 2, depth / 2];
  return new Shape()
    .sheet([-x, height, z], [x, height, z], [x, height, -z], [-x, height, -z], step)
    .sheet([-x, 0, z], [x, 0, z], [x, height, z], [-x, height, z], step)
    .sheet([x, 0, z], [x, 0, -z], [x, height, -z], [x, height, z], step)
    .sheet([x, 0, -z], [-x, 0, -z], [-x, height, -z], [x, height, -z], step)
    .sheet([-x, 0, -z], [-x, 0, z], [-x, height, z], [-x, height, -z], step)
    .sheet([-x, 0, -z], [x, 0, -z], [x, 0, z], [-x, 0, z], step);
}

/** A box without its underside, in ten triangles: what stands on something and is small. */
export function block(width: number, height: number, depth: number): Shape {
  const [x, z] = [width / 2, depth / 2];
  return new Shape()
    .quad([-x, height, z], [x, height, z], [x, height, -z], [-x, height, -z])
    .quad([-x, 0, z], [x, 0, z], [x, height, z], [-x, height, z])
    .quad([x, 0, z], [x, 0, -z], [x, height, -z], [x, height, z])
    .quad([x, 0, -z], [-x, 0, -z], [-x, height, -z], [x, height, -z])
    .quad([-x, 0, -z], [-x, 0, z], [-x, height, z], [-x, height, -z]);
}

/** A box whose upper edges are cut: what catches light and makes a model look made. */
export function slab(width: number, height: number, depth: number, cut = 0.03, step = 1.5): Shape {
  const outline = rectangle(width / 2, depth / 2);
  return loft(outline, [[0, 0], [0, height - cut], [-cut, height]], step);
}

/** Rings of a polygon, one over the other, with a lid: plinths, mouldings, stepped bases. `outline` gives the corners for an offset outwards. */
export function loft(outline: (offset: number) => readonly (readonly [x: number, z: number])[], profile: Profile, step = 4): Shape {
  const shape = new Shape();
  profile.forEach(([out, y], i) => {
    const next = profile[i + 1];
    const ring = outline(out);
    if (!next) {
      const [cx, cz] = middle(ring);
      ring.forEach(([x, z], k) => {
        const [x2, z2] = ring[(k + 1) % ring.length] ?? [x, z];
        shape.triangle([x, y, z], [x2, y, z2], [cx, y, cz]);
      });
      return;
    }
    const above = outline(next[0]);
    ring.forEach(([x, z], k) => {
      const m = (k + 1) % ring.length;
      const [x2, z2] = ring[m] ?? [x, z];
      const [ax, az] = above[k] ?? [x, z];
      const [ax2, az2] = above[m] ?? [x2, z2];
      if (Math.hypot(x2 - x, z2 - z) + Math.hypot(ax2 - ax, az2 - az) < 1e-6) return;
      shape.sheet([x, y, z], [x2, y, z2], [ax2, next[1], az2], [ax, next[1], az], step);
    });
  });
  return shape;
}
const middle = (ring: readonly (readonly [number, number])[]): [number, number] => {
  const sum = ring.reduce<[number, number]>(([x, z], [px, pz]) => [x + px, z + pz], [0, 0]);
  return [sum[0] / ring.length, sum[1] / ring.length];
};

/** Corners counter-clockwise as seen from above (x to the right, z towards us). */
export const rectangle =
  (x: number, z: number) =>
  (offset: number): [number, number][] => [
    [-x - offset, z + offset],
    [x + offset, z + offset],
    [x + offset, -z - offset],
    [-x - offset, -z - offset],
  ];

/** A square whose corners are cut back in `steps` steps of `depth`: the redented corner (yo mum) of Thai bases. */
export const redented =
  (half: number, steps: number, depth: number) =>
  (offset: number): [number, number][] => {
    const r = half + offset;
    const quarter: [number, number][] = [];
    for (let i = steps; i > 0; i--) quarter.push([r - i * depth, r - (steps - i) * depth], [r - i * depth, r - (steps - i + 1) * depth]);
    quarter.push([r, r - steps * depth]);
    const corner = quarter.length ? quarter : [[r, r] as [number, number]];
    const turn = ([x, z]: [number, number]): [number, number] => [z, -x];
    const east = corner.map(([x, z]): [number, number] => [x, z]);
    const north = east.map(turn);
    const west = north.map(turn);
    return [...east, ...north, ...west, ...west.map(turn)];
  };

/** A profile turned about y. Smooth around, edged along the profile. */
export function lathe(profile: Profile, segments: number, smooth = false): Shape {
  const shape = new Shape();
  const slope = (i: number): readonly [number, number] => {
    const [a, b] = [profile[i], profile[i + 1]];
    if (!a || !b) return [1, 0];
    const length = Math.hypot(b[1] - a[1], b[0] - a[0]) || 1;
    return [(b[1] - a[1]) / length, -(b[0] - a[0]) / length];
  };
  const blend = (p: readonly [number, number], q: readonly [number, number]): readonly [number, number] => {
    const length = Math.hypot(p[0] + q[0], p[1] + q[1]) || 1;
    return [(p[0] + q[0]) / length, (p[1] + q[1]) / length];
  };
  for (let i = 0; i + 1 < profile.length; i++) {
    const [a, b] = [profile[i], profile[i + 1]];
    if (!a || !b) continue;
    const own = slope(i);
    const low = smooth && i > 0 ? blend(slope(i - 1), own) : own;
    const high = smooth && i + 2 < profile.length ? blend(own, slope(i + 1)) : own;
    const first = shape.size;
    for (let k = 0; k <= segments; k++) {
      const angle = (k / segments) * Math.PI * 2;
      const [c, s] = [Math.sin(angle), Math.cos(angle)];
      shape.vertex([a[0] * c, a[1], a[0] * s], [low[0] * c, low[1], low[0] * s], (k / segments) * 6, a[1]);
      shape.vertex([b[0] * c, b[1], b[0] * s], [high[0] * c, high[1], high[0] * s], (k / segments) * 6, b[1]);
    }
    for (let k = 0; k < segments; k++) {
      const [p, q, r, t] = [first + k * 2, first + k * 2 + 1, first + k * 2 + 2, first + k * 2 + 3];
      if (a[0] > 1e-5) shape.index.push(p, r, t);
      if (b[0] > 1e-5) shape.index.push(p, t, q);
    }
  }
  return shape;
}

/** A limb along points, each with its radius. */
export function tube(points: readonly (readonly [x: number, y: number, z: number, r: number])[], segments: number): Shape {
  const shape = new Shape();
  const place = points.map(([x, y, z]) => new Vector3(x, y, z));
  points.forEach(([, , , r], i) => {
    const here = place[i] ?? new Vector3();
    const way = (place[i + 1] ?? here).clone().sub(place[i - 1] ?? here).normalize();
    const side = new Vector3(0, 0, 1).cross(way).lengthSq() > 1e-3 ? new Vector3(0, 0, 1).cross(way).normalize() : new Vector3(1, 0, 0);
    const other = way.clone().cross(side);
    for (let k = 0; k <= segments; k++) {
      const angle = (k / segments) * Math.PI * 2;
      const n = side.clone().multiplyScalar(Math.cos(angle)).addScaledVector(other, Math.sin(angle));
      const p = here.clone().addScaledVector(n, r);
      shape.vertex([p.x, p.y, p.z], [n.x, n.y, n.z], k / segments, i);
    }
  });
  for (let i = 0; i + 1 < points.length; i++)
    for (let k = 0; k < segments; k++) {
      const a = i * (segments + 1) + k;
      const d = a + segments + 1;
      shape.index.push(a, a + 1, d + 1, a, d + 1, d);
    }
  return shape;
}

/** A flat outline (x, y; counter-clockwise) made `depth` thick about z = 0: finials, bargeboards, relief. */
export function cutout(outline: readonly (readonly [x: number, y: number])[], depth: number): Shape {
  const shape = new Shape();
  const flat = outline.map(([x, y]) => new Vector2(x, y));
  const z = depth / 2;
  const front = flat.map(({ x, y }) => shape.vertex([x, y, z], [0, 0, 1], x, y));
  const back = flat.map(({ x, y }) => shape.vertex([x, y, -z], [0, 0, -1], x, y));
  for (const [a = 0, b = 0, c = 0] of ShapeUtils.triangulateShape(flat, [])) {
    shape.index.push(front[a] ?? 0, front[b] ?? 0, front[c] ?? 0, back[a] ?? 0, back[c] ?? 0, back[b] ?? 0);
  }
  flat.forEach(({ x, y }, i) => {
    const to = flat[(i + 1) % flat.length];
    if (to) shape.quad([x, y, z], [x, y, -z], [to.x, to.y, -z], [to.x, to.y, z]);
  });
  return shape;
}

export function fromGeometry(geometry: BufferGeometry): Shape {
  const shape = new Shape();
  const { position, normal, uv } = geometry.attributes;
  for (let i = 0; i < (position?.count ?? 0); i++)
    shape.vertex(
      [position?.getX(i) ?? 0, position?.getY(i) ?? 0, position?.getZ(i) ?? 0],
      [normal?.getX(i) ?? 0, normal?.getY(i) ?? 1, normal?.getZ(i) ?? 0],
      uv?.getX(i),
      uv?.getY(i),
    );
  if (geometry.index) shape.index.push(...geometry.index.array);
  else for (let i = 0; i < shape.size; i++) shape.index.push(i);
  return shape;
}

/** At a place, turned by the document's yaw (degrees, 0 looks north, clockwise): a thing made to look to +z looks where the yaw says. */
export const facing = (x: number, y: number, z: number, yaw: number): Matrix4 =>
  new Matrix4().makeRotationY(Math.PI - (yaw * Math.PI) / 180).setPosition(x, y, z);
export const at = (x: number, y: number, z: number, turn = 0, scale = 1): Matrix4 =>
  new Matrix4().makeRotationY(turn).scale(new Vector3(scale, scale, scale)).setPosition(x, y, z);

/** Even numbers from a seed, between 0 and 1 (mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
/** A seed from a name (FNV-1a). */
export const seedOf = (name: string): number => [...name].reduce((hash, each) => Math.imul(hash ^ (each.codePointAt(0) ?? 0), 16777619), 2166136261);
