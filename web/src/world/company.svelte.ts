import type { Cue, Said, Told, Who } from './messages';
import type { Others } from './others';

const SAID_KEPT = 200;
/** Of strangers in view one asks who they are: at most so many at once, and of each again after a while. */
const ASKED_AT_ONCE = 32;
const ASK_MS = 10_000;
const ASK_AGAIN_MS = 1000;

/** Who is in a space with me, as far as I was told, what they said, and whom I will not hear. */
export class Company {
  /** How many are here in all, me among them. */
  count = $state(0);
  said = $state.raw<Said[]>([]);
  // Plain lists with one number that says they changed: a thousand signals for a thousand people would be none the better.
  readonly #people = new Map<number, Who>();
  readonly #muted = new Set<string>();
  readonly #blocked = new Map<string, Who | null>();
  #lists = $state(0);
  readonly #asked = new Map<number, number>();
  #asked_at = 0;
  readonly #others: Others;
  readonly #cue: (cue: Cue, about: string) => void;

  constructor(others: Others, cue: (cue: Cue, about: string) => void) {
    this.#others = others;
    this.#cue = cue;
  }

  /** Those of whom I was told who they are: at least everyone near. */
  get people(): ReadonlyMap<number, Who> {
    void this.#lists;
    return this.#people;
  }
  get muted(): ReadonlySet<string> {
    void this.#lists;
    return this.#muted;
  }
  /** Whom I blocked, with what I knew of them then. */
  get blocked(): ReadonlyMap<string, Who | null> {
    void this.#lists;
    return this.#blocked;
  }

  /** Mine alone: their words are not shown to me. */
  mute(persona: string, on: boolean): void {
    if (on) this.#muted.add(persona);
    else this.#muted.delete(persona);
    this.#lists += 1;
  }
  block(who: Who): void {
    this.#blocked.set(who.persona, who);
    this.#lists += 1;
  }

  /** Of these, whom to ask about now. */
  strangers(slots: number[]): number[] {
    const now = Date.now();
    if (now - this.#asked_at < ASK_AGAIN_MS) return [];
    const unknown = slots.filter((slot) => !this.#people.has(slot) && now - (this.#asked.get(slot) ?? 0) > ASK_MS).slice(0, ASKED_AT_ONCE);
    if (unknown.length > 0) this.#asked_at = now;
    for (const slot of unknown) this.#asked.set(slot, now);
    return unknown;
  }

  welcome(told: Extract<Told, { kind: 'welcome' }>): void {
    this.count = told.count ?? told.here.length;
    this.#people.clear();
    this.#asked.clear();
    for (const each of told.here) if (each.slot !== told.slot) this.#people.set(each.slot, each.who);
    this.#others.clear();
    this.#hear(told.said ?? []);
    this.#blocked.clear();
    for (const persona of told.blocked ?? []) this.#blocked.set(persona, null);
    this.#lists += 1;
  }

  told(told: Told): void {
    switch (told.kind) {
      case 'entered':
        this.#people.set(told.slot, told.who);
        // whom I asked about was here already
        if (!this.#asked.has(told.slot)) this.#cue({ kind: 'entered', who: told.who }, told.who.persona);
        break;
      case 'changed':
        this.#people.set(told.slot, told.who);
        break;
      case 'count':
        this.count = told.count;
        break;
      case 'left': {
        const gone = this.#people.get(told.slot);
        this.#drop(told.slot);
        if (gone) this.#cue({ kind: 'left', who: gone }, gone.persona);
        break;
      }
      case 'said':
        this.#hear([told]);
        break;
      case 'blocked': {
        const known = [...this.#people.values()].find((who) => who.persona === told.persona);
        this.#blocked.set(told.persona, known ?? this.#blocked.get(told.persona) ?? null);
        for (const [slot, who] of this.#people) if (who.persona === told.persona) this.#drop(slot);
        this.said = this.said.filter((each) => each.who.persona !== told.persona);
        break;
      }
      case 'unblocked':
        this.#blocked.delete(told.persona);
        break;
    }
    this.#lists += 1;
  }

  /** I am out: nobody is with me. */
  clear(): void {
    this.#people.clear();
    this.#lists += 1;
    this.count = 0;
    this.#others.clear();
  }

  #drop(slot: number): void {
    this.#people.delete(slot);
    this.#others.forget(slot);
  }

  #hear(more: Said[]): void {
    const known = new Set(this.said.map((each) => each.id));
    const fresh = more.filter((each) => !known.has(each.id));
    if (fresh.length > 0) this.said = [...this.said, ...fresh].slice(-SAID_KEPT);
  }
}
