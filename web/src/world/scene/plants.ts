import { Color, IcosahedronGeometry, Matrix4, Quaternion, Vector3 } from 'three';
import type { Mason } from './mason';
import { paint } from './palette';
import { at, box, dice, fromGeometry, lathe, mix, Shape, tube } from './shape';

type Placed = { matrix: Matrix4; colour: Color };
const up = new Vector3(0, 1, 0);

/** All leaves of a space, gathered so that each sort is drawn at once. */
export class Garden {
  readonly #mason: Mason;
  readonly #plenty: number;
  readonly #masses: Placed[] = [];
  readonly #sprigs: Placed[] = [];
  readonly #blades: Placed[] = [];
  readonly #petals: Placed[] = [];
  readonly #far: Placed[] = [];
  readonly #pads: Placed[] = [];

  /** `plenty`: 1 for all leaves, less for small machines. */
  constructor(mason: Mason, plenty: number) {
    this.#mason = mason;
    this.#plenty = plenty;
  }

  get #isRich(): boolean {
    return this.#plenty > 0.6;
  }

  /** A rain tree (chamchuri): a high trunk, wide limbs, a crown like a parasol. */
  rainTree(x: number, z: number, r: number, reach = 9.5, tall = 8.6): void {
    const roll = dice(Math.round(x * 31 + z * 17));
    const trunk: [number, number, number, number][] = [[0, -0.1, 0, r * 1.5], [0.05, 0.35, 0, r * 1.08], [0.1, 1.4, 0.06, r * 0.86], [0.05, tall * 0.36, 0.1, r * 0.8]];
    this.#mason.lay('teak', 'bark', tube(trunk, 11), { at: at(x, 0, z) });
    const limbs = 7;
    for (let i = 0; i < limbs; i++) {
      const angle = (i / limbs) * Math.PI * 2 + roll() * 0.5;
      const far = reach * (0.6 + roll() * 0.2);
      const [c, s] = [Math.cos(angle), Math.sin(angle)];
      const y0 = tall * 0.33;
      const points: [number, number, number, number][] = [
        [0.05, y0, 0.1, r * 0.5],
        [c * far * 0.24, y0 + tall * 0.17, s * far * 0.24, r * 0.36],
        [c * far * 0.62, y0 + tall * 0.36, s * far * 0.62, r * 0.2],
        [c * far, y0 + tall * 0.46, s * far, r * 0.07],
      ];
      this.#mason.lay('teak', 'bark', tube(points, 6), { at: at(x, 0, z), hollow: true });
      for (const turn of [-0.55, 0.5]) {
        const [c2, s2] = [Math.cos(angle + turn), Math.sin(angle + turn)];
        this.#mason.lay('teak', 'bark', tube([[c * far * 0.45, y0 + tall * 0.28, s * far * 0.45, r * 0.16], [c2 * far * 0.8, y0 + tall * 0.42, s2 * far * 0.8, r * 0.09], [c2 * far * 1.05, y0 + tall * 0.5, s2 * far * 1.05, r * 0.04]], 5), { at: at(x, 0, z), hollow: true });
      }
    }
    const masses = this.#plenty > 0.6 ? 92 : 40;
    for (let i = 0; i < masses; i++) {
      const rho = Math.sqrt((i + 0.5) / masses);
      const angle = i * 2.399963;
      const [cx, cz] = [Math.cos(angle) * rho * reach, Math.sin(angle) * rho * reach];
      const cy = tall * 0.83 + tall * 0.2 * (1 - rho * rho) + (roll() - 0.5) * 0.7;
      const size = (1.0 + roll() * 0.5) * (masses > 50 ? 1.14 : 1.52);
      this.#mass(x + cx, cy, z + cz, size, 0.56, mix3('leafDeep', 'leaf', 0.35 + roll() * 0.5));
      this.#mason.dim(x + cx, cy, z + cz, size * 0.8);
      const sprigs = Math.round(15 * this.#plenty);
      for (let k = 0; k < sprigs; k++) {
        const way = new Vector3(roll() - 0.5, roll() * 0.9 - 0.28, roll() - 0.5).normalize();
        const out = size * (0.92 + roll() * 0.26);
        const spot = new Vector3(x + cx + way.x * out, cy + way.y * out * 0.56, z + cz + way.z * out);
        const lean = way.clone().lerp(new Vector3(cx / reach, 1.1, cz / reach), 0.55).normalize();
        this.#sprigs.push(placed(spot, lean, roll() * 6.3, 0.2 + roll() * 0.14, mix3('leaf', 'leafPale', roll() * (0.3 + 0.7 * Math.max(0, way.y)))));
      }
    }
  }

  /** A frangipani (lilawadi): forked grey limbs, leaves in whorls at their ends, white flowers. */
  frangipani(x: number, z: number, r: number, tall = 3.4): void {
    const roll = dice(Math.round(x * 13 + z * 29));
    const grow = (from: Vector3, way: Vector3, length: number, thick: number, depth: number): void => {
      const to = from.clone().addScaledVector(way, length);
      const bend = from.clone().lerp(to, 0.5).add(new Vector3((roll() - 0.5) * 0.12, 0.03, (roll() - 0.5) * 0.12));
      this.#mason.lay('plain', 'barkPale', tube([[from.x, from.y, from.z, thick], [bend.x, bend.y, bend.z, thick * 0.85], [to.x, to.y, to.z, thick * 0.72]], this.#isRich ? 6 : 4), { hollow: depth < 3 });
      if (depth === 0) {
        this.#whorl(to, way, roll);
        return;
      }
      const turn = roll() * 6.3;
      const forks = from.y < 0 ? 3 : 2;
      for (let i = 0; i < forks; i++) {
        const a = turn + (i / forks) * Math.PI * 2;
        const next = way.clone().multiplyScalar(0.75).add(new Vector3(Math.cos(a) * 0.62, 0.42, Math.sin(a) * 0.62)).normalize();
        grow(to, next, length * (0.7 + roll() * 0.14), thick * 0.72, depth - 1);
      }
    };
    grow(new Vector3(x, -0.05, z), new Vector3((roll() - 0.5) * 0.2, 1, (roll() - 0.5) * 0.2).normalize(), tall * (this.#isRich ? 0.34 : 0.4), r * 0.8, this.#isRich ? 3 : 2);
    this.#mason.dim(x, tall * 0.78, z, 1.4);
  }

  #whorl(spot: Vector3, way: Vector3, roll: () => number): void {
    const leaves = this.#isRich ? 9 : 7;
    for (let i = 0; i < leaves; i++) {
      const a = (i / leaves) * Math.PI * 2 + roll() * 0.4;
      const out = new Vector3(Math.cos(a), 0.35 + roll() * 0.35, Math.sin(a)).normalize();
      this.#blades.push(blade(spot, out, 0.42 + roll() * 0.14, mix3('leaf', 'leafPale', roll() * 0.5)));
    }
    for (let i = 0; i < (this.#isRich ? 3 : 1); i++) {
      const p = spot.clone().addScaledVector(way, 0.12).add(new Vector3((roll() - 0.5) * 0.24, 0.1 + roll() * 0.1, (roll() - 0.5) * 0.24));
      this.#petals.push(placed(p, new Vector3(roll() - 0.5, 1.2, roll() - 0.5).normalize(), roll() * 6, 0.11, paint('petal')));
    }
  }

  /** A glazed pot with a clipped tree (mai dat). */
  pot(x: number, z: number, r: number): void {
    const roll = dice(Math.round(x * 7 + z * 3));
    this.#mason.lay('plain', 'peacock', lathe([[r * 0.55, 0], [r * 0.6, 0.05], [r * 0.85, 0.3], [r * 0.92, 0.48], [r * 0.8, 0.58], [r * 0.94, 0.62], [r * 0.94, 0.67], [r * 0.78, 0.67]], 16, true), { at: at(x, 0, z) });
    this.#mason.lay('plain', 'soil', lathe([[r * 0.8, 0.6], [0, 0.61]], 12), { at: at(x, 0, z), hollow: true });
    this.#mason.lay('teak', 'bark', tube([[0, 0.55, 0, 0.07], [0.08, 0.9, 0.04, 0.055], [-0.05, 1.3, 0, 0.045], [0.02, 1.75, 0, 0.03]], 6), { at: at(x, 0, z), hollow: true });
    for (const [dx, y, dz, size] of [[0, 1.86, 0, 0.36], [0.34, 1.34, 0.1, 0.25], [-0.36, 1.5, -0.08, 0.26], [0.06, 1.24, -0.34, 0.21]] as const) {
      this.#mass(x + dx, y, z + dz, size, 0.8, mix3('leafDeep', 'leaf', 0.55));
      this.#tuft(x + dx, y, z + dz, size, 0.8, 26, 0.1, roll);
    }
  }

  /** A low hedge, clipped. */
  hedge(x0: number, z0: number, x1: number, z1: number, tall: number): void {
    const roll = dice(Math.round(x0 * 5 + z0 * 11));
    const [w, d] = [x1 - x0, z1 - z0];
    this.#mason.lay('crown', 'leaf', box(w - 0.1, tall - 0.06, d - 0.1, 1), { at: at((x0 + x1) / 2, 0, (z0 + z1) / 2) });
    const n = Math.round((w * d + (w + d) * tall) * 7 * this.#plenty);
    for (let i = 0; i < n; i++) {
      const top = roll() < (w * d) / (w * d + 2 * (w + d) * tall);
      const side = Math.floor(roll() * 4);
      const [px, pz] = [x0 + roll() * w, z0 + roll() * d];
      const spot = top ? new Vector3(px, tall - 0.03, pz) : new Vector3(side === 0 ? x0 : side === 1 ? x1 : px, roll() * tall, side === 2 ? z0 : side === 3 ? z1 : pz);
      const way = top ? up : new Vector3(side === 0 ? -1 : side === 1 ? 1 : 0, 0.6, side === 2 ? -1 : side === 3 ? 1 : 0).normalize();
      this.#sprigs.push(placed(spot, way, roll() * 6.3, 0.09 + roll() * 0.05, mix3('leaf', 'leafPale', roll() * 0.5)));
    }
  }

  /** A tree of the surroundings: enough to close the view. */
  far(x: number, z: number, tall: number): void {
    const roll = dice(Math.round(x * 3 + z * 7));
    this.#mason.lay('teak', 'bark', tube([[0, 0, 0, 0.3], [0.1, tall * 0.6, 0, 0.16]], 5), { at: at(x, 0, z), hollow: true });
    for (let i = 0; i < (this.#isRich ? 3 : 2); i++) {
      const a = roll() * 6.3;
      const size = tall * (0.27 + roll() * 0.13);
      const spot = new Vector3(x + Math.cos(a) * tall * 0.18, tall * (0.42 + roll() * 0.34), z + Math.sin(a) * tall * 0.18);
      this.#far.push({ matrix: new Matrix4().compose(spot, new Quaternion().setFromAxisAngle(up, a), new Vector3(size, size * 0.82, size)), colour: mix3('leafDeep', 'leaf', roll() * 0.7) });
    }
  }

  /** A sugar palm of the plain around Bangkok. */
  palm(x: number, z: number, tall: number): void {
    const roll = dice(Math.round(x * 19 + z * 23));
    const lean = (roll() - 0.5) * 0.8;
    this.#mason.lay('plain', 'bark', tube([[0, -0.1, 0, 0.26], [lean * 0.3, tall * 0.5, 0, 0.17], [lean, tall, 0, 0.15]], 7), { at: at(x, 0, z), hollow: true });
    for (let i = 0; i < 22; i++) {
      const a = i * 2.4;
      const out = new Vector3(Math.cos(a), -0.5 + roll() * 1.5, Math.sin(a)).normalize();
      this.#blades.push(blade(new Vector3(x + lean, tall, z), out, 1.5 + roll() * 0.5, mix3('leafDeep', 'leaf', roll()), 0.5));
    }
  }

  /** Lotus on still water. */
  lotus(x0: number, z0: number, x1: number, z1: number, count: number): void {
    const roll = dice(Math.round(x0 + z0 * 3));
    for (let i = 0; i < count; i++) {
      const corner = i % 4;
      const [u, v] = [roll() ** 1.6 * 0.42, roll() ** 1.3 * 0.4];
      const x = corner % 2 ? x1 - 0.8 - u * (x1 - x0) : x0 + 0.8 + u * (x1 - x0);
      const z = corner < 2 ? z1 - 0.8 - v * (z1 - z0) : z0 + 0.8 + v * (z1 - z0);
      const size = 0.22 + roll() * 0.22;
      this.#pads.push({ matrix: at(x, 0.012 + i * 0.0006, z, roll() * 6.3, size), colour: mix3('leaf', 'leafPale', roll() * 0.6) });
      if (roll() > 0.72) this.#bloom(x + 0.1, z + 0.08, roll);
    }
  }

  #bloom(x: number, z: number, roll: () => number): void {
    const y = 0.16 + roll() * 0.14;
    this.#mason.lay('plain', 'leaf', tube([[0, 0, 0, 0.015], [0, y, 0, 0.015]], 4), { at: at(x, 0, z), hollow: true });
    for (const [n, lean, size] of [[6, 0.55, 0.2], [5, 0.2, 0.19]] as const)
      for (let i = 0; i < n; i++) {
        const a = (i / n) * 6.283 + n;
        this.#blades.push(blade(new Vector3(x, y, z), new Vector3(Math.cos(a) * lean, 1, Math.sin(a) * lean).normalize(), size, paint('lotus'), 0.75));
      }
  }

  #mass(x: number, y: number, z: number, size: number, flat: number, colour: Color): void {
    this.#masses.push({ matrix: new Matrix4().compose(new Vector3(x, y, z), new Quaternion().setFromAxisAngle(up, x * 7 + z), new Vector3(size, size * flat, size)), colour });
  }

  #tuft(x: number, y: number, z: number, size: number, flat: number, count: number, leaf: number, roll: () => number): void {
    for (let i = 0; i < count * this.#plenty; i++) {
      const way = new Vector3(roll() - 0.5, roll() - 0.4, roll() - 0.5).normalize();
      this.#sprigs.push(placed(new Vector3(x + way.x * size, y + way.y * size * flat, z + way.z * size), way.clone().lerp(up, 0.3).normalize(), roll() * 6, leaf, mix3('leaf', 'leafPale', roll() * 0.6)));
    }
  }

  /** Hands everything to the mason. */
  plant(): void {
    this.#mason.scatter('crown', lump(1), this.#masses);
    this.#mason.scatter('crown', lump(1), this.#far, { solid: false });
    this.#mason.scatter('leaf', sprig(), this.#sprigs);
    this.#mason.scatter('leaf', leafBlade(), this.#blades);
    this.#mason.scatter('leaf', flower(), this.#petals, { solid: false });
    this.#mason.scatter('leaf', pad(), this.#pads, { solid: false });
  }
}

const mix3 = (a: Parameters<typeof paint>[0], b: Parameters<typeof paint>[0], t: number): Color => paint(a).clone().lerp(paint(b), t);

function placed(spot: Vector3, way: Vector3, turn: number, size: number, colour: Color): Placed {
  const lie = new Quaternion().setFromUnitVectors(up, way).multiply(new Quaternion().setFromAxisAngle(up, turn));
  return { matrix: new Matrix4().compose(spot, lie, new Vector3(size, size, size)), colour };
}

/** A leaf that grows from a place along a way: its blade along +z of the shape. */
function blade(spot: Vector3, way: Vector3, length: number, colour: Color, wide = 1): Placed {
  const side = up.clone().cross(way).normalize();
  const top = way.clone().cross(side).normalize();
  return { matrix: new Matrix4().makeBasis(side, top, way).scale(new Vector3(length * wide, length, length)).setPosition(spot), colour };
}

/** A lump with facets that lean, so that it reads as leaves and not as a ball. */
function lump(detail: number): Shape {
  const roll = dice(9);
  const shape = fromGeometry(new IcosahedronGeometry(1, detail));
  const moved = new Map<string, number>();
  for (let i = 0; i < shape.position.length; i += 3) {
    const key = shape.position.slice(i, i + 3).map((each) => each.toFixed(2)).join();
    const k = moved.get(key) ?? 0.86 + roll() * 0.26;
    moved.set(key, k);
    for (let j = 0; j < 3; j++) {
      const n = shape.position[i + j] ?? 0;
      shape.position[i + j] = n * k;
      // between round and faceted: reads as leaves, not as a ball and not as a stone
      shape.normal[i + j] = (shape.normal[i + j] ?? 0) * 0.55 + n * 0.45;
    }
  }
  return shape;
}

/** A twig with three leaflets, all lit as one. */
function sprig(): Shape {
  const shape = new Shape();
  for (let i = 0; i < 3; i++) {
    const a = (i / 3) * Math.PI * 2 + 0.3;
    const [c, s] = [Math.cos(a), Math.sin(a)];
    const lift = i % 2 ? 0.22 : -0.08;
    const points = [[0, 0, 0], [c * 0.5 - s * 0.26, lift * 0.6, s * 0.5 + c * 0.26], [c, lift, s], [c * 0.5 + s * 0.26, lift * 0.6, s * 0.5 - c * 0.26]] as const;
    const first = shape.size;
    for (const each of points) shape.vertex(each, [0, 1, 0]);
    shape.index.push(first, first + 1, first + 2, first, first + 2, first + 3);
  }
  return shape;
}

function leafBlade(): Shape {
  const shape = new Shape();
  const rim = [[0, 0, 0], [0.16, 0.03, 0.35], [0.15, 0.02, 0.7], [0, -0.06, 1], [-0.15, 0.02, 0.7], [-0.16, 0.03, 0.35]] as const;
  for (const each of rim) shape.vertex(each, [0, 1, 0]);
  for (let i = 1; i < 5; i++) shape.index.push(0, i, i + 1);
  return shape;
}

function flower(): Shape {
  const shape = new Shape();
  for (let i = 0; i < 5; i++) {
    const a = (i / 5) * 6.283;
    const first = shape.vertex([0, 0, 0], [0, 1, 0]);
    shape.vertex([Math.cos(a - 0.5) * 0.7, 0.2, Math.sin(a - 0.5) * 0.7], [0, 1, 0]);
    shape.vertex([Math.cos(a), 0.25, Math.sin(a)], [0, 1, 0]);
    shape.vertex([Math.cos(a + 0.4) * 0.7, 0.2, Math.sin(a + 0.4) * 0.7], [0, 1, 0]);
    shape.index.push(first, first + 1, first + 2, first, first + 2, first + 3);
  }
  return shape;
}

function pad(): Shape {
  const shape = new Shape();
  const n = 12;
  shape.vertex([0, 0, 0], [0, 1, 0]);
  for (let i = 0; i <= n; i++) {
    const a = 0.2 + (i / n) * (6.283 - 0.4);
    const [x, , z] = mix([0, 0, 0], [Math.cos(a), 0, Math.sin(a)], 1);
    shape.vertex([x, 0.01, z], [0, 1, 0]);
    if (i > 0) shape.index.push(0, i + 1, i);
  }
  return shape;
}
