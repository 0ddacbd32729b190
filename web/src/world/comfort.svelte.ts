/** How somebody likes to move and look in the picture; kept in this browser, told to nobody. */
export type Settings = {
  view: 'first' | 'third';
  /** Turns in steps of 30° instead of smoothly. */
  snap: boolean;
  vignette: boolean;
  /** Less motion: no bobbing, no easing, others move without swinging. */
  still: boolean;
  pace: 'slow' | 'normal' | 'jog';
  names: boolean;
};

const BOX = 'sala.comfort';
const views = ['first', 'third'] as const;
const paces = ['slow', 'normal', 'jog'] as const;

export class Comfort {
  view = $state<Settings['view']>('third');
  snap = $state(false);
  vignette = $state(false);
  still = $state(false);
  pace = $state<Settings['pace']>('normal');
  names = $state(true);

  constructor() {
    const wants_still = typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches;
    const kept = recall();
    this.view = views.find((each) => each === kept.view) ?? 'third';
    this.snap = kept.snap === true;
    this.vignette = kept.vignette === true;
    this.still = typeof kept.still === 'boolean' ? kept.still : wants_still;
    this.pace = paces.find((each) => each === kept.pace) ?? 'normal';
    this.names = kept.names !== false;
  }

  set<K extends keyof Settings>(name: K, value: Settings[K]): void {
    (this as Settings)[name] = value;
    const { view, snap, vignette, still, pace, names } = this;
    try {
      localStorage.setItem(BOX, JSON.stringify({ view, snap, vignette, still, pace, names } satisfies Settings));
    } catch {
      // a closed store only means that the choice lasts for this visit
    }
  }
}

function recall(): Partial<Settings> {
  try {
    const kept = JSON.parse(localStorage.getItem(BOX) ?? '{}') as unknown;
    return typeof kept === 'object' && kept !== null ? kept : {};
  } catch {
    return {};
  }
}
