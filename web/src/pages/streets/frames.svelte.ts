import { address, segment } from '../../api/client';
import type { Frame, Round } from './live';

/** How often the numbers beside the map change, and the map itself for whom motion is too much. */
const CALM_MS = 1000;
const STILL_MS = 2000;
const MOST_SPARK = 240;
/** A value a second is fine enough to begin with. */
const FIRST_EVERY = 5;

export type Standing = { at: number; value: number };

/**
 * The frames of one street, followed while the page is seen. `frame` is each frame (every two seconds with reduced motion), `calm` one a
 * second for numbers and tables, `standing` the number of standing vehicles over the round, thinned to what a small drawing can show.
 */
export class Frames {
  state = $state<'connecting' | 'live' | 'lost'>('connecting');
  frame = $state.raw<Frame | undefined>();
  calm = $state.raw<Frame | undefined>();
  standing = $state.raw<Standing[]>([]);
  #address: string;
  #onround: (round: Round) => void;
  #source: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #drawn = 0;
  #told = 0;
  #every = FIRST_EVERY;
  #since = 0;
  #round = 0;

  constructor(street: string, onround: (round: Round) => void) {
    this.#address = address(`/streets/${segment(street)}/frames`);
    this.#onround = onround;
  }

  /** For an effect: follows until the function it gives is called; a page that nobody sees asks for nothing. */
  follow(): () => void {
    const still = matchMedia('(prefers-reduced-motion: reduce)');
    const seen = (): void => {
      if (document.hidden) this.#close();
      else if (!this.#source) this.#open(still);
    };
    document.addEventListener('visibilitychange', seen);
    seen();
    return () => {
      document.removeEventListener('visibilitychange', seen);
      this.#close();
    };
  }

  #open(still: MediaQueryList): void {
    if (typeof EventSource === 'undefined') return;
    const source = new EventSource(this.#address);
    this.#source = source;
    source.onopen = () => (this.state = 'live');
    source.onerror = () => {
      if (this.#source !== source) return;
      this.state = 'lost';
      if (source.readyState !== EventSource.CLOSED) return;
      this.#source = undefined;
      this.#retry = setTimeout(() => this.#source ?? this.#open(still), 3000);
    };
    source.addEventListener('frame', (event) => this.#hear(JSON.parse(event.data) as Frame, performance.now(), still.matches));
    source.addEventListener('round', (event) => this.#onround(JSON.parse(event.data) as Round));
  }

  #hear(frame: Frame, now: number, is_still: boolean): void {
    this.#keep(frame);
    if (now - this.#told >= (is_still ? STILL_MS : CALM_MS)) {
      this.#told = now;
      this.calm = frame;
    }
    if (!is_still || now - this.#drawn >= STILL_MS) {
      this.#drawn = now;
      this.frame = frame;
    }
  }

  /** When the drawing is full every second value goes, and from then on half as many come. */
  #keep(frame: Frame): void {
    if (frame.round !== this.#round) {
      [this.#round, this.#every, this.#since] = [frame.round, FIRST_EVERY, 0];
      this.standing = [];
    }
    if (this.#since++ % this.#every !== 0) return;
    const longer = [...this.standing, { at: frame.at_s, value: frame.halted }];
    if (longer.length > MOST_SPARK) {
      this.#every *= 2;
      this.standing = longer.filter((_, at) => at % 2 === 0);
    } else {
      this.standing = longer;
    }
  }

  #close(): void {
    clearTimeout(this.#retry);
    this.#source?.close();
    this.#source = undefined;
    this.state = 'connecting';
  }
}
