import type { Cue } from './messages';
import type { Presence } from './presence.svelte';
import type { Stop } from './space';

/** What of a presence a tour needs. */
export type Walker = Pick<Presence, 'go' | 'halt'> & { readonly cue: Cue | null; readonly space: { tour?: Stop[] } };

/**
 * A guided tour: the server walks one stop by stop; at each the words stand as long as the stop says, then it goes on, unless it was paused
 * or the person asked for less motion: then only they go on.
 */
export class Tour {
  /** Which stop, from 0; null: nobody follows it. */
  at = $state<number | null>(null);
  phase = $state<'walking' | 'standing' | 'stuck'>('standing');
  paused = $state(false);
  readonly #walker: Walker;
  readonly #isStill: () => boolean;
  #heard: Cue | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(walker: Walker, isStill: () => boolean) {
    this.#walker = walker;
    this.#isStill = isStill;
  }

  get stops(): readonly Stop[] {
    return this.#walker.space.tour ?? [];
  }
  get stop(): Stop | null {
    return this.at === null ? null : (this.stops[this.at] ?? null);
  }

  start(at = 0): void {
    this.paused = this.#isStill();
    this.#to(at);
  }
  next(): void {
    if (this.at === null) return;
    if (this.at + 1 < this.stops.length) this.#to(this.at + 1);
    else this.end();
  }
  back(): void {
    if (this.at !== null && this.at > 0) this.#to(this.at - 1);
  }
  pause(): void {
    this.paused = true;
    clearTimeout(this.#timer);
    if (this.phase === 'walking') this.#walker.halt();
  }
  resume(): void {
    if (this.at === null) return;
    this.paused = false;
    if (this.phase === 'standing') this.#wait();
    else this.#to(this.at);
  }
  end(): void {
    clearTimeout(this.#timer);
    if (this.at !== null && this.phase === 'walking') this.#walker.halt();
    [this.at, this.phase, this.paused] = [null, 'standing', false];
  }

  /** What the space said last; to be told each time it changes. */
  heed(cue: Cue | null): void {
    if (this.at === null || this.phase !== 'walking' || cue === this.#heard) return;
    this.#heard = cue;
    if (cue?.kind === 'arrived') {
      this.phase = 'standing';
      if (!this.paused) this.#wait();
    } else if (cue?.kind === 'stuck') this.phase = 'stuck';
  }

  #to(at: number): void {
    const stop = this.stops[at];
    if (!stop) return;
    clearTimeout(this.#timer);
    this.#heard = this.#walker.cue;
    [this.at, this.phase] = [at, 'walking'];
    const went = stop.stand ? this.#walker.go({ fixture: stop.stand }) : stop.at ? this.#walker.go({ at: stop.at as [number, number] }) : false;
    if (!went) this.phase = 'stuck';
  }
  #wait(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.next(), (this.stop?.seconds ?? 20) * 1000);
  }
}

const tours = new WeakMap<object, Tour>();

/** The tour of a presence: it goes on when the view changes. */
export function tourOf(presence: Presence, isStill: () => boolean): Tour {
  const known = tours.get(presence);
  if (known) return known;
  const made = new Tour(presence, isStill);
  tours.set(presence, made);
  return made;
}
