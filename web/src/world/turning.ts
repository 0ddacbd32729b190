/** How a figure on the turntable moves: by itself, slowly, until somebody turns it. Radians and seconds. */
export class Turning {
  /** A little to the side: a face from straight ahead is flat. */
  static readonly start = -0.35;
  static readonly step = Math.PI / 12;
  static readonly #pace = 0.22;
  static readonly #pause = 4;

  angle = Turning.start;
  #held = false;
  #waiting = 0;
  readonly still: boolean;

  /** `still`: for people who asked for less motion; nothing moves unless they move it. */
  constructor(still: boolean) {
    this.still = still;
  }

  tick(seconds: number): void {
    if (this.still || this.#held) return;
    this.#waiting = Math.max(0, this.#waiting - seconds);
    if (this.#waiting === 0) this.angle = wrap(this.angle + Turning.#pace * seconds);
  }

  hold(): void {
    this.#held = true;
  }

  drag(pixels: number): void {
    if (this.#held) this.angle = wrap(this.angle + pixels * 0.011);
  }

  release(): void {
    this.#held = false;
    this.#waiting = Turning.#pause;
  }

  /** Whether the key turned it. */
  press(key: string): boolean {
    if (key === 'ArrowLeft') this.angle = wrap(this.angle - Turning.step);
    else if (key === 'ArrowRight') this.angle = wrap(this.angle + Turning.step);
    else if (key === 'Home') this.angle = 0;
    else return false;
    this.#waiting = Turning.#pause;
    return true;
  }
}

const wrap = (angle: number): number => Math.atan2(Math.sin(angle), Math.cos(angle));
