import { shortest } from './space';

/** What the hands ask for, whatever they hold: keys, a thumb, a pointer, a gamepad. */
export type Hold = {
  /** 1 ahead, −1 back. */
  ahead: number;
  /** 1 to the right. */
  side: number;
  /** 1 turns to the right, a share of the greatest turning speed. */
  turn: number;
  jog: boolean;
};
export type Command = 'view' | 'list' | 'open' | 'close';

/** By the place of the key, not its letter: the same keys under a Thai layout, where W is ไ. */
const walking: Record<string, Partial<Record<'ahead' | 'side' | 'turn', 1 | -1>>> = {
  KeyW: { ahead: 1 },
  ArrowUp: { ahead: 1 },
  KeyS: { ahead: -1 },
  ArrowDown: { ahead: -1 },
  KeyA: { side: -1 },
  KeyD: { side: 1 },
  ArrowLeft: { turn: -1 },
  ArrowRight: { turn: 1 },
  KeyQ: { turn: -1 },
  KeyE: { turn: 1 },
};
const commands: Record<string, Command> = { KeyV: 'view', KeyL: 'list', Enter: 'open', NumpadEnter: 'open', Escape: 'close' };

const TURN_RPS = 2.1;
const SNAP = Math.PI / 6;
const SNAP_AGAIN_S = 0.35;
const DRAG_RAD = 0.0052;
const [LOWEST, HIGHEST] = [-0.85, 0.75];
/** A stick that lies still is never quite in the middle. */
const DEAD = 0.18;

/** Keys, thumb and gamepad to one wish, and the direction of looking. Knows nothing of the page: events come in, a wish comes out. */
export class Controls {
  yaw: number;
  pitch = -0.1;
  snap = false;
  readonly #down = new Set<string>();
  #shift = false;
  #thumb = { x: 0, y: 0 };
  #pads: Record<number, boolean> = {};
  #snapped_s = 0;
  readonly #command: (command: Command) => void;

  constructor(yaw: number, command: (command: Command) => void) {
    this.yaw = yaw;
    this.#command = command;
  }

  /** Whether the key was ours. Keys with Ctrl, Alt or Meta belong to the browser. */
  press(event: Pick<KeyboardEvent, 'code' | 'shiftKey' | 'ctrlKey' | 'altKey' | 'metaKey' | 'repeat'>): boolean {
    if (event.ctrlKey || event.altKey || event.metaKey) return false;
    this.#shift = event.shiftKey;
    const command = commands[event.code];
    if (command && !event.shiftKey) {
      if (!event.repeat) this.#command(command);
      return true;
    }
    if (!walking[event.code]) return event.code === 'ShiftLeft' || event.code === 'ShiftRight';
    if (!event.repeat && this.snap && walking[event.code]?.turn) this.#turnBy((walking[event.code]?.turn ?? 0) * SNAP);
    this.#down.add(event.code);
    return true;
  }
  lift(event: Pick<KeyboardEvent, 'code' | 'shiftKey'>): void {
    this.#shift = event.shiftKey;
    this.#down.delete(event.code);
  }
  /** The page lost the keys: nobody walks on alone. */
  release(): void {
    this.#down.clear();
    this.#shift = false;
    this.#thumb = { x: 0, y: 0 };
  }

  /** The thumb on its pad, −1…1 each way, y down. */
  thumb(x: number, y: number): void {
    this.#thumb = { x, y };
  }
  /** A pointer dragged over the picture, pixels. */
  drag(dx: number, dy: number): void {
    if (this.snap) {
      this.#dragged += dx * DRAG_RAD;
      while (Math.abs(this.#dragged) >= SNAP) {
        const step = Math.sign(this.#dragged) * SNAP;
        this.#turnBy(step);
        this.#dragged -= step;
      }
    } else {
      this.#turnBy(dx * DRAG_RAD);
    }
    this.pitch = Math.min(Math.max(this.pitch - dy * DRAG_RAD * 0.7, LOWEST), HIGHEST);
  }
  #dragged = 0;

  #turnBy(radians: number): void {
    this.yaw = shortest(this.yaw + radians);
  }

  /** What is held now, from all of them together; turns the look. `pads` as `navigator.getGamepads()` gives them. */
  read(seconds: number, pads: readonly (Gamepad | null)[] = []): Hold {
    const hold: Hold = { ahead: 0, side: 0, turn: 0, jog: this.#shift };
    for (const code of this.#down) {
      const way = walking[code];
      hold.ahead += way?.ahead ?? 0;
      hold.side += way?.side ?? 0;
      if (!this.snap) hold.turn += way?.turn ?? 0;
    }
    hold.side += this.#thumb.x;
    hold.ahead -= this.#thumb.y;
    // a thumb pushed to the very edge jogs
    if (Math.hypot(this.#thumb.x, this.#thumb.y) > 0.98) hold.jog = true;
    for (const pad of pads) if (pad?.connected && pad.mapping === 'standard') this.#readPad(pad, hold, seconds);
    hold.ahead = clamp(hold.ahead);
    hold.side = clamp(hold.side);
    hold.turn = clamp(hold.turn);
    this.#turnBy(hold.turn * TURN_RPS * seconds);
    return hold;
  }

  /** The standard mapping: left stick walks, right stick looks, A opens, B closes, Y is the list, X the view, the left stick's button jogs. */
  #readPad(pad: Gamepad, hold: Hold, seconds: number): void {
    const axis = (index: number): number => {
      const value = pad.axes[index] ?? 0;
      return Math.abs(value) < DEAD ? 0 : value;
    };
    hold.side += axis(0);
    hold.ahead -= axis(1);
    const turn = axis(2);
    this.#snapped_s = Math.max(0, this.#snapped_s - seconds);
    if (!this.snap) hold.turn += turn;
    else if (Math.abs(turn) > 0.6 && this.#snapped_s === 0) {
      this.#turnBy(Math.sign(turn) * SNAP);
      this.#snapped_s = SNAP_AGAIN_S;
    }
    this.pitch = Math.min(Math.max(this.pitch - axis(3) * seconds, LOWEST), HIGHEST);
    if (pad.buttons[10]?.pressed) hold.jog = true;
    for (const [index, command] of [[0, 'open'], [1, 'close'], [2, 'view'], [3, 'list']] as const) {
      const pressed = pad.buttons[index]?.pressed ?? false;
      if (pressed && !this.#pads[index]) this.#command(command);
      this.#pads[index] = pressed;
    }
  }
}

/** From the body's own directions to the map's: `x` to the east and `z` to the south, −1…1, never faster aslant. */
export function wishOf(hold: Hold, yaw: number): { x: number; z: number } {
  const length = Math.max(1, Math.hypot(hold.ahead, hold.side));
  const [ahead, side] = [hold.ahead / length, hold.side / length];
  const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
  const tidy = (value: number): number => (Math.abs(value) < 1e-9 ? 0 : value);
  return { x: tidy(sin * ahead + cos * side), z: tidy(-cos * ahead + sin * side) };
}

const clamp = (value: number): number => Math.min(Math.max(value, -1), 1);
