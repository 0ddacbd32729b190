import type { Body } from '../movement';

/** How being moved is shown to somebody who stands still in a room: with dark edges, in steps behind a blink, or as it is. */
export type Glide = 'vignette' | 'blink' | 'plain';
/** `edge` and `dark` 0 to 1: of the rim, and of everything. */
export type Shown = { at: Body; edge: number; dark: number };

const WALK_MPS = 1.4;
const [SHUT_S, OPEN_S] = [0.1, 0.14];
/** Between two blinks on a way. */
const STEP_S = 0.8;
const NEAR_M = 0.04;
/** Such a change is another place, not a way: there one is at once. */
const LEAP_M = 4;

/** The space moves people at a walk; this says what their eyes see of it. */
export class Travel {
  #at: Body;
  #before: Body;
  #edge = 0;
  #phase: 'open' | 'shutting' | 'opening' = 'open';
  #since = STEP_S;

  constructor(at: Body) {
    this.#at = { ...at };
    this.#before = { ...at };
  }

  follow(body: Body, seconds: number, glide: Glide): Shown {
    const speed = seconds > 0 ? Math.hypot(body.x - this.#before.x, body.z - this.#before.z) / seconds : 0;
    this.#before = { ...body };
    const edge = glide === 'vignette' ? Math.min(speed / WALK_MPS, 1) : 0;
    this.#edge += (edge - this.#edge) * (1 - Math.exp(-8 * seconds));
    if (glide !== 'blink') {
      this.#at = { ...body };
      this.#phase = 'open';
      return { at: this.#at, edge: this.#edge < 0.01 ? 0 : this.#edge, dark: 0 };
    }
    const dark = this.#blink(body, seconds);
    return { at: this.#at, edge: 0, dark };
  }

  #blink(body: Body, seconds: number): number {
    this.#since += seconds;
    const away = Math.hypot(body.x - this.#at.x, body.y - this.#at.y, body.z - this.#at.z);
    if (away > LEAP_M) this.#at = { ...body };
    if (this.#phase === 'open') {
      if (away < NEAR_M || this.#since < STEP_S) return 0;
      [this.#phase, this.#since] = ['shutting', 0];
    }
    if (this.#phase === 'shutting') {
      if (this.#since < SHUT_S) return this.#since / SHUT_S;
      [this.#phase, this.#since, this.#at] = ['opening', 0, { ...body }];
      return 1;
    }
    if (this.#since < OPEN_S) return 1 - this.#since / OPEN_S;
    [this.#phase, this.#since] = ['open', 0];
    return 0;
  }
}
