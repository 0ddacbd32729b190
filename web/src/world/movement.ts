import type { At, Box, Floor, Space, Wall } from './space';

/**
 * The hall's own rules of walking, so that a client can show a step before the server has answered. What the server says stays right: the
 * prediction only fills the time until it is heard (see `Walker`). Bubbles of others are the server's alone, because the client does not know them.
 */

export const RADIUS_M = 0.3;
export const WALK_MPS = 1.4;
export const JOG_MPS = 3;
export const STEP_M = 0.3;
export const TICK_MS = 50;

/** A body on the floor, metres. */
export type Body = { x: number; z: number; y: number };
/** −127…127 of the greatest speed, as it is sent. */
export type Wish = { x: number; z: number; jog: boolean };
export type Step = Body & { bumped: boolean };
export type Ground = Pick<Space, 'size' | 'walls' | 'floors'>;

/** Who is pushed out of a wall comes to lie this far from touching it, so that rounding leaves nobody inside. */
const SKIN_M = 1e-6;
const PUSHES = 4;

/** One tick: the wish by the greatest speed, never faster aslant, slid along walls, over low steps. */
export function step(ground: Ground, body: Body, wish: Wish, seconds = TICK_MS / 1000): Step {
  const length = Math.hypot(wish.x, wish.z) / 127;
  const pace = ((wish.jog ? JOG_MPS : WALK_MPS) * seconds) / 127 / Math.max(1, length);
  const { x, z, bumped } = stride(ground, body, wish.x * pace, wish.z * pace);
  return { x, z, y: heightAt(ground.floors, { x, z }), bumped };
}

/**
 * A stride of metres from a free place, as the hall does it (`Ground::step` in engines/presence): the whole of it, its part along x, its part
 * along z; the first that can be stood at wins, otherwise one stays.
 */
export function stride(ground: Ground, from: At, x: number, z: number): At & { bumped: boolean } {
  if (x === 0 && z === 0) return { x: from.x, z: from.z, bumped: false };
  const height = heightAt(ground.floors, from);
  const tries = [[x, z], [x, 0], [0, z]] as const;
  for (const [index, [dx, dz]] of tries.entries()) {
    const { to, pushed } = pushedOut(ground, { x: from.x + dx, z: from.z + dz });
    const climbs = Math.abs(heightAt(ground.floors, to) - height);
    if (isFree(ground, to) && climbs <= STEP_M + SKIN_M) return { ...to, bumped: pushed || index > 0 };
  }
  return { x: from.x, z: from.z, bumped: true };
}

function pushedOut(ground: Ground, wished: At): { to: At; pushed: boolean } {
  let to = wished;
  let pushed = false;
  const [wide, deep] = ground.size;
  for (let round = 0; round < PUSHES; round++) {
    const inside = { x: clamp(to.x, RADIUS_M, wide - RADIUS_M), z: clamp(to.z, RADIUS_M, deep - RADIUS_M) };
    let again = inside.x !== to.x || inside.z !== to.z;
    to = inside;
    for (const wall of ground.walls) {
      const out = pushedFrom(wall, to);
      if (out) [to, again] = [out, true];
    }
    if (!again) break;
    pushed = true;
  }
  return { to, pushed };
}

/** The point from which a wall pushes a body away, and how far from there it is free. */
function core(wall: Wall, at: At): [x: number, z: number, free: number] {
  if ('round' in wall) return [wall.round[0], wall.round[1], wall.round[2] + RADIUS_M];
  const [x0, z0, x1, z1] = wall.box;
  return [clamp(at.x, x0, x1), clamp(at.z, z0, z1), RADIUS_M];
}

function pushedFrom(wall: Wall, at: At): At | null {
  const [x, z, free] = core(wall, at);
  const [dx, dz] = [at.x - x, at.z - z];
  const square = dx * dx + dz * dz;
  if (square >= free * free) return null;
  if (square === 0) return at;
  const stretch = (free + SKIN_M) / Math.sqrt(square);
  return { x: x + dx * stretch, z: z + dz * stretch };
}

/** Whether a body can be at a place: inside the space, no wall within its radius. */
export function isFree(ground: Ground, at: At): boolean {
  const [wide, deep] = ground.size;
  if (at.x < RADIUS_M || at.z < RADIUS_M || at.x > wide - RADIUS_M || at.z > deep - RADIUS_M) return false;
  return ground.walls.every((wall) => {
    const [x, z, free] = core(wall, at);
    return (at.x - x) ** 2 + (at.z - z) ** 2 >= free * free;
  });
}

/** The height of the ground under a place: the last floor that covers it; bare ground is 0. */
export function heightAt(floors: readonly Floor[], at: At): number {
  for (let index = floors.length - 1; index >= 0; index--) {
    const floor = floors[index];
    if (floor && covers(floor.box, at)) return heightOn(floor, at);
  }
  return 0;
}

function heightOn(floor: Floor, at: At): number {
  if (floor.to === undefined || floor.to === null) return floor.y;
  const [x0, z0, x1, z1] = floor.box;
  const share = floor.along === 'x' ? (at.x - x0) / (x1 - x0) : (at.z - z0) / (z1 - z0);
  return floor.y + (floor.to - floor.y) * share;
}

const covers = ([x0, z0, x1, z1]: Box, at: At): boolean => at.x >= x0 && at.x <= x1 && at.z >= z0 && at.z <= z1;
const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/** How many inputs are kept while the server is silent: five seconds; beyond that nobody would believe the prediction. */
const KEPT = 100;
/** An error beyond this is no lag but another place (a door, a return): the body is there at once. */
const LEAP_M = 2.5;
/** In how many seconds a correction has gone by two thirds. */
const SETTLES_S = 0.12;

/**
 * Where I am: predicted with what I wish, corrected by what the server says. The body on the screen is the predicted one plus an error that
 * fades, so that a correction is a lean rather than a jerk.
 */
export class Walker {
  readonly #ground: Ground;
  #body: Body;
  #before: Body;
  #unheard: { seq: number; wish: Wish }[] = [];
  #error = { x: 0, y: 0, z: 0 };
  bumped = false;

  constructor(ground: Ground, at: Body) {
    this.#ground = ground;
    this.#body = { ...at };
    this.#before = { ...at };
  }

  /** One tick of 50 ms with the input that was sent as `seq`. */
  tick(seq: number, wish: Wish): void {
    this.#before = this.#body;
    const next = step(this.#ground, this.#body, wish);
    this.bumped = next.bumped;
    this.#body = { x: next.x, y: next.y, z: next.z };
    this.#unheard.push({ seq, wish });
    if (this.#unheard.length > KEPT) this.#unheard.shift();
  }

  /** A tick in which nothing was wished. */
  rest(): void {
    this.#before = this.#body;
  }

  /** The server's word: where I was when it had used the input `ack`. On a way of the server's own nothing is predicted. */
  correct(at: Body, ack: number, on_way: boolean): void {
    this.#unheard = on_way ? [] : this.#unheard.filter(({ seq }) => isAfter(seq, ack));
    let body: Body = { ...at };
    for (const { wish } of this.#unheard) {
      const { x, y, z } = step(this.#ground, body, wish);
      body = { x, y, z };
    }
    const error = { x: this.#body.x - body.x, y: this.#body.y - body.y, z: this.#body.z - body.z };
    const sum = { x: this.#error.x + error.x, y: this.#error.y + error.y, z: this.#error.z + error.z };
    const leaps = Math.hypot(sum.x, sum.z) > LEAP_M;
    this.#error = leaps ? { x: 0, y: 0, z: 0 } : sum;
    this.#before = leaps ? body : { x: this.#before.x - error.x, y: this.#before.y - error.y, z: this.#before.z - error.z };
    this.#body = body;
  }

  /** Where the body is drawn: `share` of the way into the current tick, 0 to 1; `seconds` since it was asked last. */
  shown(share: number, seconds: number): Body {
    const left = Math.exp(-seconds / SETTLES_S);
    this.#error = { x: this.#error.x * left, y: this.#error.y * left, z: this.#error.z * left };
    const mix = (axis: 'x' | 'y' | 'z'): number =>
      this.#before[axis] + (this.#body[axis] - this.#before[axis]) * clamp(share, 0, 1) + this.#error[axis];
    return { x: mix('x'), y: mix('y'), z: mix('z') };
  }

  /** Where the rules put it, without the fading error. */
  get body(): Body {
    return this.#body;
  }
  get unheard(): number {
    return this.#unheard.length;
  }
}

/** Whether a sequence number comes after another, by the shorter way around 65536. */
export const isAfter = (seq: number, other: number): boolean => ((seq - other) & 0xffff) !== 0 && ((seq - other) & 0xffff) < 0x8000;
