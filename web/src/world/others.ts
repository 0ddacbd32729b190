import { between, fromWire, type Held } from './hands';
import { JOG_MPS, WALK_MPS } from './movement';
import { shortest } from './space';
import type { Doing, HandsOf, Seen } from './wire';

/** How somebody is drawn now: metres, radians, metres a second; head and hands of those in XR whose hands are told. */
export type Drawn = Doing & { slot: number; x: number; y: number; z: number; yaw: number; speed: number; held: Held | null };

/** Others are shown this much in the past, so that the next word about them is mostly there already. */
export const BEHIND_MS = 120;
export const FORGET_MS = 6000;
/** Who is farther away is told of more rarely; a walker goes on that long in their direction without a word. */
const GUESS_MS = 260;
const KEPT = 8;
/** Faster than any walker by far: another place, not a way. */
const LEAP_M = 4;
/** Hands are told when they move and once a second; of whom nothing comes any more is too far away, or out of XR. */
const HANDS_MS = 2500;
const HANDS_KEPT = 4;
/** A hand that rests is not told of: when it moves again, it moved just now. */
const HANDS_MOVE_MS = 100;
/** Words that were overtaken come at most so late. */
const OVERTAKEN_MS = 500;

type Sample = { at: number; x: number; y: number; z: number; yaw: number; doing: Doing };
type HeldSample = { at: number; held: Held };
type Track = { samples: Sample[]; heard: number; hands: HeldSample[]; hands_heard: number };

/**
 * Everyone else in view, by slot. Frames come in ticks of the server; they are placed on the client's clock by the least delay seen, so that
 * a late frame does not make people jump.
 */
export class Others {
  readonly #tracks = new Map<number, Track>();
  #tick_ms = 50;
  /** The client's clock at the server's tick 0. */
  #zero: number | null = null;
  #told_at = 0;
  /** Who was out of view by when; a word from before that comes too late. */
  readonly #gone = new Map<number, number>();

  constructor(tick_ms = 50) {
    this.#tick_ms = tick_ms;
  }

  /** Records of one frame; `now` by the client's clock, ms. */
  hear(tick: number, seen: readonly Seen[], now: number): void {
    const zero = now - tick * this.#tick_ms;
    if (this.#zero === null || zero < this.#zero || zero > this.#zero + 2000) this.#zero = zero;
    // two clocks drift apart: the least delay is believed a little less each frame
    else this.#zero += Math.min(0.02, zero - this.#zero);
    const at = this.#zero + tick * this.#tick_ms;
    this.#told_at = at;
    for (const each of seen) {
      const track = this.#tracks.get(each.slot) ?? { samples: [], heard: now, hands: [], hands_heard: 0 };
      const { slot, x, y, z, yaw, ...doing } = each;
      const sample = { at, x, y, z, yaw, doing };
      const last = track.samples.at(-1);
      if (at <= (last?.at ?? this.#gone.get(slot) ?? -Infinity)) continue;
      if (last && Math.hypot(last.x - x, last.z - z) > LEAP_M + (JOG_MPS * (at - last.at)) / 1000) track.samples.length = 0;
      track.samples.push(sample);
      if (track.samples.length > KEPT) track.samples.shift();
      track.heard = now;
      this.#gone.delete(slot);
      this.#tracks.set(slot, track);
    }
  }

  /** Heads and hands of the same tick as the state before them; of whom no place is known yet there is nothing to draw. */
  hold(of: readonly HandsOf[], now: number): void {
    for (const { slot, hands } of of) {
      const track = this.#tracks.get(slot);
      if (!track) continue;
      track.hands_heard = now;
      const last = track.hands.at(-1);
      if (last && this.#told_at <= last.at) continue;
      track.hands.push({ at: this.#told_at, held: fromWire(hands) });
      if (track.hands.length > HANDS_KEPT) track.hands.shift();
    }
  }

  /** These were out of view in that tick, unless a later one spoke of them already. */
  lose(tick: number, slots: readonly number[]): void {
    const at = (this.#zero ?? 0) + tick * this.#tick_ms;
    for (const slot of slots) {
      const last = this.#tracks.get(slot)?.samples.at(-1);
      if (last && last.at > at) continue;
      this.#tracks.delete(slot);
      this.#gone.set(slot, at);
    }
  }

  /** Gone, whatever still is on its way. */
  forget(slot: number): void {
    this.#tracks.delete(slot);
    this.#gone.set(slot, this.#told_at + OVERTAKEN_MS);
  }

  clear(): void {
    this.#tracks.clear();
    this.#gone.clear();
    this.#zero = null;
  }

  get size(): number {
    return this.#tracks.size;
  }

  /** Everyone as they are drawn at `now`; whom nobody spoke of for six seconds is gone. */
  at(now: number): Drawn[] {
    const drawn: Drawn[] = [];
    for (const [slot, track] of this.#tracks) {
      if (now - track.heard > FORGET_MS) {
        this.#tracks.delete(slot);
        continue;
      }
      const shown = show(track.samples, now - BEHIND_MS);
      if (shown) drawn.push({ slot, ...shown, held: shown.in_xr ? heldAt(track, now) : dropped(track) });
    }
    return drawn;
  }

  /** Where one of them is, or nothing. */
  find(slot: number, now: number): Drawn | null {
    const track = this.#tracks.get(slot);
    if (!track || now - track.heard > FORGET_MS) return null;
    const shown = show(track.samples, now - BEHIND_MS);
    return shown && { slot, ...shown, held: shown.in_xr ? heldAt(track, now) : null };
  }
}

function heldAt(track: Track, now: number): Held | null {
  const last = track.hands.at(-1);
  if (!last || now - track.hands_heard > HANDS_MS) return dropped(track);
  const at = now - BEHIND_MS;
  const next = track.hands.findIndex((each) => each.at > at);
  const to = track.hands[next];
  const from = track.hands[next - 1];
  if (!to || !from) return (to ?? last).held;
  const start = Math.max(from.at, to.at - HANDS_MOVE_MS);
  return at <= start ? from.held : between(from.held, to.held, (at - start) / (to.at - start));
}

/** Who took the glasses off holds nothing: put on again, the hands begin where they are then. */
function dropped(track: Track): null {
  track.hands.length = 0;
  return null;
}

type Shown = Omit<Drawn, 'slot' | 'held'>;

function show(samples: readonly Sample[], at: number): Shown | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (!first || !last) return null;
  if (at <= first.at) return still(first);
  if (at >= last.at) return onwards(samples, last, at);
  const next = samples.findIndex((each) => each.at > at);
  const [from, to] = [samples[next - 1] ?? first, samples[next] ?? last];
  const away = Math.hypot(to.x - from.x, to.z - from.z);
  // who stood still is left out of frames: the way between two words took no longer than walking takes
  const took = Math.max((away / paceOf(to.doing)) * 1000, Math.min(50, to.at - from.at));
  const start = Math.max(from.at, to.at - took);
  const share = at <= start ? 0 : (at - start) / (to.at - start);
  const mix = (a: number, b: number): number => a + (b - a) * share;
  return {
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    z: mix(from.z, to.z),
    yaw: from.yaw + shortest(to.yaw - from.yaw) * share,
    speed: at <= start || away < 0.005 ? 0 : Math.min((away / (to.at - start)) * 1000, JOG_MPS),
    ...(share < 0.5 ? from.doing : to.doing),
  };
}

/** Nothing newer is known: a walker goes on for a moment, everybody else stands. */
function onwards(samples: readonly Sample[], last: Sample, at: number): Shown {
  const before = samples.at(-2);
  if (!last.doing.walking || !before || last.at - before.at > 1500) return still(last);
  const [dx, dz] = [last.x - before.x, last.z - before.z];
  const away = Math.hypot(dx, dz);
  if (away < 0.01) return still(last);
  const late = at - last.at;
  const speed = late > GUESS_MS * 2 ? 0 : Math.min((away / (last.at - before.at)) * 1000, paceOf(last.doing));
  const ahead = (speed * Math.min(late, GUESS_MS)) / 1000 / away;
  return { ...still(last), x: last.x + dx * ahead, z: last.z + dz * ahead, speed };
}

const still = (sample: Sample): Shown => ({ x: sample.x, y: sample.y, z: sample.z, yaw: sample.yaw, speed: 0, ...sample.doing });
const paceOf = (doing: Doing): number => (doing.jogging ? JOG_MPS : WALK_MPS);
