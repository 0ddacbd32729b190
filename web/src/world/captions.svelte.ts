import type { Told, Who } from './messages';

export type CaptionTold = Extract<Told, { kind: 'captions' | 'caption' | 'caption_missed' }>;
/** What somebody said, or (`why`) that there is no caption of it. */
export type Line = { id: number; slot: number; who: Who; at: string; text: string; lang?: string; why?: 'behind' | 'failed' };

/** So many are kept on the page to be read again; nobody else keeps them. */
const KEPT = 50;
/** Over the picture only the last ones are shown, and not for ever. */
const SHOWN = 3;
const SHOWN_MS = 15_000;
const BOX = 'sala.captions';

/** Captions of what people around me say, where the hall has a speech server and the speaker wants them (docs/designs/voice.md). */
export class Captions {
  /** For whom they are on, by slot: what these say goes to the speech server. */
  on = $state.raw<ReadonlySet<number>>(new Set());
  lines = $state.raw<readonly Line[]>([]);
  /** The last of them, for a while. */
  recent = $state.raw<readonly Line[]>([]);
  /** Whether I want to see them. */
  shown = $state(recall());

  readonly #send: (message: object) => boolean;
  #next = 0;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();

  constructor(send: (message: object) => boolean) {
    this.#send = send;
  }

  /** What I say becomes captions from now on, or no longer; that it does, `on` says. `lang`: the language that I most likely speak. */
  want(mine: boolean, lang: 'th' | 'en'): void {
    this.#send({ kind: 'captions', mine, lang });
  }

  show(shown: boolean): void {
    this.shown = shown;
    try {
      localStorage.setItem(BOX, shown ? 'on' : 'off');
    } catch {
      // a closed store only means that the choice lasts for this visit
    }
  }

  told(told: CaptionTold): void {
    if (told.kind === 'captions') {
      this.on = new Set(told.on);
      return;
    }
    const { slot, who, at } = told;
    const rest = told.kind === 'caption' ? { text: told.text, lang: told.lang } : { text: '', why: told.why };
    const line: Line = { id: (this.#next += 1), slot, who, at, ...rest };
    this.lines = [...this.lines, line].slice(-KEPT);
    this.recent = [...this.recent, line].slice(-SHOWN);
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.recent = this.recent.filter((each) => each !== line);
    }, SHOWN_MS);
    this.#timers.add(timer);
  }

  /** Nothing of this persona is to be seen any more. */
  forget(persona: string): void {
    this.lines = this.lines.filter((each) => each.who.persona !== persona);
    this.recent = this.recent.filter((each) => each.who.persona !== persona);
  }

  /** The space was entered anew, or left: for whom they are on is told again. */
  reset(): void {
    this.on = new Set();
    this.recent = [];
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}

function recall(): boolean {
  try {
    return localStorage.getItem(BOX) !== 'off';
  } catch {
    return true;
  }
}
