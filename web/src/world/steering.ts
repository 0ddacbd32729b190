import { isAfter, type Walker } from './movement';
import { encodeMove, stateByte, yawByte, type Gesture, type Hands } from './wire';

/** Who wishes nothing else says so once a second, to stay. */
const ALIVE_MS = 1000;

/** How I want to move: `x` and `z` −127…127 of the greatest speed to the east and the south, `yaw` in radians. */
export type Intent = { x: number; z: number; yaw: number; jog: boolean };

/** What I wish, as the moves that are sent of it: each tick while I walk, when something changes, and once a second. */
export class Steering {
  intent: Intent;
  /** Whether I see the space through XR glasses, and how I hold head and hands in it. */
  xr: { hands: Hands | null } | null = null;
  readonly #walker: Walker;
  #seq = 0;
  #sent = '';
  #sent_at = 0;
  /** The first move that was as the last one is, and the last that the space has used. */
  #changed_seq = 0;
  #acked = 0;

  constructor(walker: Walker, yaw: number) {
    this.#walker = walker;
    this.intent = { x: 0, z: 0, yaw, jog: false };
  }

  /** `x` and `z` −1…1 here. Whether I walk then. */
  intend(wish: Partial<Intent>): boolean {
    const byte = (value: number): number => Math.round(Math.min(Math.max(value, -1), 1) * 127);
    const next = this.intent;
    if (wish.x !== undefined) next.x = byte(wish.x);
    if (wish.z !== undefined) next.z = byte(wish.z);
    if (wish.yaw !== undefined) next.yaw = wish.yaw;
    if (wish.jog !== undefined) next.jog = wish.jog;
    return next.x !== 0 || next.z !== 0;
  }

  /** The space has used moves up to this one. */
  acked(seq: number): void {
    this.#acked = seq;
  }
  /** On a new line everything is said anew. */
  again(): void {
    this.#sent = '';
  }
  stop(): void {
    this.intent = { ...this.intent, x: 0, z: 0 };
    this.xr = null;
  }

  /** One tick. `is_lossy`: what was sent may never come, so a change is said again until it was used; `send` says whether it could be sent. */
  tick(now: number, gesture: Gesture, is_lossy: boolean, send: (frame: Uint8Array<ArrayBuffer>) => boolean): void {
    const { x, z, yaw, jog } = this.intent;
    const walks = x !== 0 || z !== 0;
    const hands = this.xr?.hands ?? undefined;
    const state = stateByte({ gesture, jogging: jog && walks, in_xr: this.xr !== null });
    const input = `${x} ${z} ${yawByte(yaw)} ${state} ${hands ? JSON.stringify(hands) : ''}`;
    const is_unheard = is_lossy && isAfter(this.#changed_seq, this.#acked);
    if (!walks && !is_unheard && input === this.#sent && now - this.#sent_at < ALIVE_MS) {
      this.#walker.rest();
      return;
    }
    this.#seq = (this.#seq + 1) & 0xffff;
    if (send(encodeMove({ seq: this.#seq, x, z, yaw: yawByte(yaw), state }, hands))) {
      if (input !== this.#sent) this.#changed_seq = this.#seq;
      this.#sent = input;
      this.#sent_at = now;
    }
    this.#walker.tick(this.#seq, { x, z, jog });
  }
}
