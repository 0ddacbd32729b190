import { problemFrom, ProblemError } from '../api/problem';
import { isPassing } from './messages';
import type { Space } from './space';
import { openLine, type Line } from './transport';

/** A space that was killed starts within a minute: until then nobody waits more than 2.5 s, so that they are back within 5 s of its start. */
const WAITS_MS = [500, 1000, ...Array<number>(28).fill(2000), 8000, 15_000];
const TRIES = 30;
/** Who is sent on goes at once, but not all in one moment; and not in circles. */
const GO_ON_MS = 300;
const GOES_ON = 5;
/** How the line is closed: for good, or because it seems dead and I come again by another. */
const [GOODBYE, CUT] = [1000, 4001];

/** Who comes in. */
export type Guest = {
  token: () => string | null;
  hear: (data: string | Uint8Array) => void;
  /** A try begins. */
  tries: () => void;
  /** There is a line now; nothing was heard on it yet. */
  opened: () => void;
  /** There is none: the next try comes at this time by the client's clock. `moved`: the space goes on elsewhere. */
  cut: (retry_at: number, moved: boolean) => void;
  refused: (problem: ProblemError) => void;
};

/** The connection to one space through all lines that it takes: opened, lost, opened again, sent on to where the space is run. */
export class Connection {
  readonly #space: Space;
  readonly #guest: Guest;
  #line: Line | null = null;
  #turn = 0;
  #tries = 0;
  /** Where the space is run, if not where the page comes from. */
  #base: string | null = null;
  #went_on = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(space: Space, guest: Guest) {
    this.#space = space;
    this.#guest = guest;
  }

  get way(): Line['way'] | null {
    return this.#line?.way ?? null;
  }

  open(): void {
    this.#tries = 0;
    this.#now();
  }

  /** Tries now what waited. */
  #now = (): void => {
    clearTimeout(this.#retry);
    this.#guest.tries();
    void this.#connect();
  };
  retryNow = this.#now;

  /** I am in. */
  welcomed(): void {
    this.#tries = 0;
    this.#went_on = 0;
  }

  say(message: object): boolean {
    if (!this.#line?.isOpen) return false;
    this.#line.say(JSON.stringify(message));
    return true;
  }
  /** A line that does not carry what was sent gets no more of it: the newest word is the only one that counts. */
  move(frame: Uint8Array<ArrayBuffer>): boolean {
    if (!this.#line?.isOpen || this.#line.isFull) return false;
    this.#line.move(frame);
    return true;
  }

  /** For good. */
  close(): void {
    this.#turn += 1;
    this.#base = null;
    this.#went_on = 0;
    clearTimeout(this.#retry);
    this.#drop(GOODBYE);
  }

  /** The line is lost: tried again after a while, at the hall. */
  again(problem?: ProblemError): void {
    this.#drop(CUT);
    this.#base = null;
    if (this.#tries >= TRIES) {
      this.#guest.refused(problem ?? new ProblemError({ status: 0, code: 'unreachable' }));
      return;
    }
    const wait = WAITS_MS[Math.min(this.#tries, WAITS_MS.length - 1)] ?? 15_000;
    this.#tries += 1;
    // not everyone at once after the space was away
    this.#later(wait * (0.75 + Math.random() / 2), false);
  }

  /** The space is run by another process now, which has my place: there, or where the hall says. */
  goOn(base: string | undefined): void {
    this.#went_on += 1;
    if (this.#went_on > GOES_ON) {
      this.again();
      return;
    }
    this.#drop(CUT);
    this.#base = base ?? null;
    this.#later(Math.random() * GO_ON_MS, true);
  }

  #later(wait_ms: number, moved: boolean): void {
    this.#guest.cut(Date.now() + wait_ms, moved);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(this.#now, wait_ms);
  }

  async #connect(): Promise<void> {
    const turn = ++this.#turn;
    const isWanted = (): boolean => turn === this.#turn;
    let line: Line | null;
    try {
      line = await openLine({ space: this.#space, base: this.#base, token: this.#guest.token() }, isWanted);
    } catch (cause) {
      if (!isWanted()) return;
      const problem = problemFrom(cause);
      if (isPassing(problem)) this.again(problem);
      else this.#guest.refused(problem);
      return;
    }
    if (!line) return;
    if (!isWanted()) {
      line.close(GOODBYE);
      return;
    }
    this.#line = line;
    this.#guest.opened();
    line.listen({
      hear: (data) => {
        if (this.#line === line) this.#guest.hear(data);
      },
      over: () => {
        if (this.#line === line) this.again();
      },
    });
  }

  #drop(code: number): void {
    const line = this.#line;
    this.#line = null;
    line?.close(code);
  }
}
