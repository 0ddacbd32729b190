import { along, type Line } from '../../meeting/poll';

/** How near the line one stands on it, metres. */
const ON_M = 1;
/** Who stays within this for a second stands; who only crosses does not. */
const STILL_M = 0.12;
const STILL_MS = 1000;

export type Step = { kind: 'take'; at: number } | { kind: 'leave' };

/** From where somebody is to whether they stand on a line, and where. Time comes in, ms. */
export class Feet {
  readonly #line: Line;
  #rest: { x: number; z: number; since: number } | null = null;
  #taken: number | null = null;

  constructor(line: Line) {
    this.#line = line;
  }

  get taken(): number | null {
    return this.#taken;
  }

  /** What to do now, or nothing. A stand that was refused is told by `refused`, and tried again at another place only. */
  step(at: { x: number; z: number }, now: number): Step | null {
    const { at: share, off } = along(this.#line, at.x, at.z);
    if (off > ON_M) {
      this.#rest = null;
      if (this.#taken === null) return null;
      this.#taken = null;
      return { kind: 'leave' };
    }
    if (!this.#rest || Math.hypot(at.x - this.#rest.x, at.z - this.#rest.z) > STILL_M) this.#rest = { ...at, since: now };
    if (now - this.#rest.since < STILL_MS || this.#taken === share) return null;
    this.#taken = share;
    return { kind: 'take', at: share };
  }
}
