import type { Glide } from './xr/travel';

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
  /** In XR: how being walked is shown, by how many degrees a stick turns, whether the left stick walks, whether one sits and is lifted to standing height. */
  glide: Glide;
  turn: '30' | '45';
  stick: boolean;
  seated: boolean;
};

const BOX = 'sala.comfort';
const views = ['first', 'third'] as const;
const paces = ['slow', 'normal', 'jog'] as const;
export const glides = ['vignette', 'blink', 'plain'] as const satisfies readonly Glide[];
export const turns = ['30', '45'] as const;

export class Comfort {
  view = $state<Settings['view']>('third');
  snap = $state(false);
  vignette = $state(false);
  still = $state(false);
  pace = $state<Settings['pace']>('normal');
  names = $state(true);
  glide = $state<Glide>('vignette');
  turn = $state<Settings['turn']>('30');
  stick = $state(false);
  seated = $state(false);

  constructor() {
    const wants_still = typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches;
    const kept = recall();
    this.view = views.find((each) => each === kept.view) ?? 'third';
    this.snap = kept.snap === true;
    this.vignette = kept.vignette === true;
    this.still = typeof kept.still === 'boolean' ? kept.still : wants_still;
    this.pace = paces.find((each) => each === kept.pace) ?? 'normal';
    this.names = kept.names !== false;
    this.glide = glides.find((each) => each === kept.glide) ?? (this.still ? 'blink' : 'vignette');
    this.turn = turns.find((each) => each === kept.turn) ?? '30';
    this.stick = kept.stick === true;
    this.seated = kept.seated === true;
  }

  set<K extends keyof Settings>(name: K, value: Settings[K]): void {
    (this as Settings)[name] = value;
    const { view, snap, vignette, still, pace, names, glide, turn, stick, seated } = this;
    try {
      localStorage.setItem(BOX, JSON.stringify({ view, snap, vignette, still, pace, names, glide, turn, stick, seated } satisfies Settings));
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
