import type { Shape } from './shape';
import type { LitPoints } from './mason';

/** `clear`: nothing stands in its way; for lights that graze a form of many edges, where cells of half a metre would show. */
export type Lamp = { x: number; y: number; z: number; strength: number; clear: boolean };

const CELL = 0.5;
const MARGIN = 8;
const LOW = -1;
const HIGH = 27;
/** How far away something still takes sky from a place, metres. */
const REACH = 8;
const LAMP_REACH = 11;

/** Directions spread evenly over the sphere (Fibonacci). */
const directions = Array.from({ length: 26 }, (_, i) => {
  const y = 1 - (2 * i + 1) / 26;
  const r = Math.sqrt(1 - y * y);
  const angle = i * Math.PI * (3 - Math.sqrt(5));
  return [Math.cos(angle) * r, y, Math.sin(angle) * r] as const;
});

/** The light that does not change, from a model of the space in cells of half a metre: how much sky a place sees, what lanterns give it. */
export class Shade {
  readonly #nx: number;
  readonly #ny = Math.ceil((HIGH - LOW) / CELL);
  readonly #nz: number;
  readonly #cells: Uint8Array;
  readonly #lamps: readonly Lamp[];

  constructor(size: readonly [number, number], solid: Shape, blobs: readonly { x: number; y: number; z: number; r: number }[], lamps: readonly Lamp[]) {
    this.#nx = Math.ceil((size[0] + 2 * MARGIN) / CELL);
    this.#nz = Math.ceil((size[1] + 2 * MARGIN) / CELL);
    this.#cells = new Uint8Array(this.#nx * this.#ny * this.#nz);
    this.#lamps = lamps;
    this.#fill(solid);
    for (const { x, y, z, r } of blobs) this.#crown(x, y, z, r);
  }

  #at(x: number, y: number, z: number): number {
    const i = Math.floor((x + MARGIN) / CELL);
    const j = Math.floor((y - LOW) / CELL);
    const k = Math.floor((z + MARGIN) / CELL);
    return i < 0 || j < 0 || k < 0 || i >= this.#nx || j >= this.#ny || k >= this.#nz ? -1 : (k * this.#ny + j) * this.#nx + i;
  }

  /** Marks the cells that triangles pass through. */
  #fill({ position, index }: Shape): void {
    for (let t = 0; t < index.length; t += 3) {
      const [a, b, c] = [(index[t] ?? 0) * 3, (index[t + 1] ?? 0) * 3, (index[t + 2] ?? 0) * 3];
      const [ax, ay, az] = [position[a] ?? 0, position[a + 1] ?? 0, position[a + 2] ?? 0];
      const [ux, uy, uz] = [(position[b] ?? 0) - ax, (position[b + 1] ?? 0) - ay, (position[b + 2] ?? 0) - az];
      const [vx, vy, vz] = [(position[c] ?? 0) - ax, (position[c + 1] ?? 0) - ay, (position[c + 2] ?? 0) - az];
      const n = Math.max(1, Math.ceil(Math.max(Math.hypot(ux, uy, uz), Math.hypot(vx, vy, vz)) / (CELL * 0.7)));
      for (let i = 0; i <= n; i++)
        for (let j = 0; j <= n - i; j++) {
          const [s, r] = [i / n, j / n];
          const cell = this.#at(ax + ux * s + vx * r, ay + uy * s + vy * r, az + uz * s + vz * r);
          if (cell >= 0) this.#cells[cell] = 255;
        }
    }
  }

  /** Leaves let some light through. */
  #crown(x: number, y: number, z: number, r: number): void {
    for (let dx = -r; dx <= r; dx += CELL)
      for (let dy = -r; dy <= r; dy += CELL)
        for (let dz = -r; dz <= r; dz += CELL) {
          if (dx * dx + dy * dy + dz * dz > r * r) continue;
          const cell = this.#at(x + dx, y + dy, z + dz);
          if (cell >= 0) this.#cells[cell] = Math.max(this.#cells[cell] ?? 0, 42);
        }
  }

  /** How much light comes through along a ray: 0…1; what is hit far away counts less. */
  #open(x: number, y: number, z: number, dx: number, dy: number, dz: number, reach: number, fades: boolean): number {
    let light = 1;
    const step = CELL * 0.9;
    for (let t = CELL * 1.1; t < reach; t += step) {
      const py = y + dy * t;
      if (py < 0) return light * 0.55; // the ground gives back some of what falls on it
      if (py > HIGH) return light;
      const cell = this.#at(x + dx * t, py, z + dz * t);
      if (cell < 0) return light;
      const solid = this.#cells[cell] ?? 0;
      if (solid === 0) continue;
      light *= 1 - (solid / 255) * (fades ? 1 - (t / reach) ** 2 : 1);
      if (light < 0.02) return 0;
    }
    return light;
  }

  /** Writes sky, sun (full) and lanterns for each point into four bytes. */
  bake({ position, normal }: LitPoints, into: Uint8Array): void {
    for (let i = 0; i < position.length; i += 3) {
      const [nx, ny, nz] = [normal[i] ?? 0, normal[i + 1] ?? 1, normal[i + 2] ?? 0];
      const [x, y, z] = [(position[i] ?? 0) + nx * 0.3, (position[i + 1] ?? 0) + ny * 0.3, (position[i + 2] ?? 0) + nz * 0.3];
      let sum = 0;
      let weight = 0;
      for (const [dx, dy, dz] of directions) {
        const facing = dx * nx + dy * ny + dz * nz;
        if (facing < 0.12) continue;
        weight += facing;
        sum += facing * this.#open(x, y, z, dx, dy, dz, REACH, true);
      }
      const sky = weight ? sum / weight : 1;
      const o = (i / 3) * 4;
      into[o] = Math.round(255 * Math.min(1, 0.32 + 0.68 * sky));
      into[o + 1] = 255;
      into[o + 2] = this.#lantern(x, y, z, nx, ny, nz);
    }
  }

  /** Leaves: darker towards the inside of a crown, brighter to the top. */
  bakeLeaves({ position }: LitPoints, into: Uint8Array): void {
    for (let i = 0; i < position.length; i += 3) {
      const [x, y, z] = [position[i] ?? 0, position[i + 1] ?? 0, position[i + 2] ?? 0];
      const up = this.#open(x, y, z, 0, 1, 0, 6, false) * 0.5 + (this.#open(x, y, z, 0.8, 0.6, 0, 6, false) + this.#open(x, y, z, -0.8, 0.6, 0, 6, false)) * 0.25;
      const o = (i / 3) * 4;
      into[o] = Math.round(255 * (0.45 + 0.55 * up));
      into[o + 1] = Math.round(255 * (0.5 + 0.5 * up));
      into[o + 2] = Math.min(110, this.#lantern(x, y, z, 0, 0, 0));
    }
  }

  #lantern(x: number, y: number, z: number, nx: number, ny: number, nz: number): number {
    let sum = 0;
    for (const lamp of this.#lamps) {
      const [dx, dy, dz] = [lamp.x - x, lamp.y - y, lamp.z - z];
      const away = Math.hypot(dx, dy, dz);
      if (away > LAMP_REACH || away < 1e-3) continue;
      const towards = nx || ny || nz ? (dx * nx + dy * ny + dz * nz) / away : 0.6;
      if (towards < -0.2) continue;
      const wrapped = (towards + 0.25) / 1.25;
      if (wrapped <= 0) continue;
      const faded = (1 - (away / LAMP_REACH) ** 2) ** 2;
      const through = away > 1.6 && !lamp.clear ? this.#open(x, y, z, dx / away, dy / away, dz / away, away - 0.8, false) : 1;
      sum += (lamp.strength * wrapped * faded * through * 2.2) / (1 + away * away * 0.3);
    }
    return Math.round(255 * (1 - Math.exp(-sum)));
  }

  /** The sun's shadow by the same cells, for machines that get no shadow map. */
  sun({ position, normal }: LitPoints, into: Uint8Array, [dx, dy, dz]: readonly [number, number, number]): void {
    for (let i = 0; i < position.length; i += 3) {
      const [nx, ny, nz] = [normal[i] ?? 0, normal[i + 1] ?? 1, normal[i + 2] ?? 0];
      const x = (position[i] ?? 0) + nx * 0.45;
      const y = (position[i + 1] ?? 0) + ny * 0.45;
      const z = (position[i + 2] ?? 0) + nz * 0.45;
      into[(i / 3) * 4 + 1] = Math.round(255 * (0.06 + 0.94 * this.#open(x, y, z, dx, dy, dz, 34, false)));
    }
  }
}
