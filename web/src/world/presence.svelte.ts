import type { ProblemError } from '../api/problem';
import { Company } from './company.svelte';
import { Connection } from './connection';
import { forget, keep, kept } from './kept';
import { Captions } from './captions.svelte';
import { isPassing, problemOf, type Cue, type Said, type Target, type Told, type Who } from './messages';
import { Walker, type Body } from './movement';
import { Others } from './others';
import { apart, bearing, type At, type Space } from './space';
import { Steering, type Intent } from './steering';
import { Voice } from './voice.svelte';
import { decode, WireError, type Cell, type Gesture, type Hands, type State } from './wire';

export type Phase = 'out' | 'connecting' | 'here' | 'reconnecting' | 'refused' | 'left';

export const LONGEST_TEXT = 500;
const TICK_MS = 50;
/** A space speaks twenty times a second: who hears nothing that long has a slow line, or none. */
const SLOW_MS = 2000;
const LOST_MS = 10_000;
const CALM_MS = 500;
/** A cue that repeats while one leans on a wall is said once in a while. */
const CUE_MS = 4000;

/** How long I stand where I was while I look at a page that a fixture opened. */
const ASIDE_MS = 60_000;
let aside: { presence: Presence; timer: ReturnType<typeof setTimeout> } | null = null;

/**
 * My being in one space: the connection with all its ups and downs, who is here, what was said, where I am. The page and the picture read the
 * same object; neither is needed by the other.
 */
export class Presence {
  phase = $state<Phase>('out');
  /** Why I was refused or put out, or what the space wanted to tell me. */
  problem = $state.raw<ProblemError | null>(null);
  notice = $state.raw<ProblemError | null>(null);
  slow = $state(false);
  /** When the next try comes, by the client's clock; null while one runs. */
  retry_at = $state<number | null>(null);
  slot = $state<number | null>(null);
  me = $state.raw<Who | null>(null);
  on_way = $state(false);
  gesture = $state<Gesture>('none');
  bubble_m = $state(1);
  cue = $state.raw<Cue | null>(null);
  /** The report that the space took last, by its id. */
  reported = $state<string | null>(null);
  /** Where I am and how far the others are, told twice a second. */
  calm = $state.raw<{ at: Body; yaw: number; away: Map<number, number>; in_xr: Set<number> } | null>(null);
  muted_until = $state<string | null>(null);

  readonly space: Space;
  readonly others: Others;
  readonly walker: Walker;
  readonly company: Company;
  readonly voice: Voice;
  readonly captions: Captions;
  cells: Cell[] = [];

  readonly #connection: Connection;
  #token: string | null = null;
  #clock: ReturnType<typeof setInterval> | undefined;
  readonly #steering: Steering;
  /** The newest tick that was heard of. */
  #tick_heard = -1;
  #heard_at = 0;
  #ticked_at = 0;
  #calm_at = 0;
  #placed = false;
  #chosen_bubble = false;
  #back_yaw: number | null = null;
  #cued = new Map<string, number>();
  #after: (() => void) | null = null;

  constructor(space: Space) {
    this.space = space;
    this.others = new Others(TICK_MS);
    const spawn = space.spawns[0] ?? { at: [space.size[0] / 2, space.size[1] / 2] as [number, number], yaw: 0 };
    this.walker = new Walker(space, { x: spawn.at[0], z: spawn.at[1], y: 0 });
    this.#steering = new Steering(this.walker, (spawn.yaw / 180) * Math.PI);
    this.company = new Company(this.others, (cue, about) => this.#cue(cue, about));
    this.#connection = new Connection(space, {
      token: () => this.#token,
      hear: (data) => this.#hear(data),
      tries: () => (this.retry_at = null),
      opened: () => (this.#heard_at = Date.now()),
      cut: (retry_at, moved) => this.#cut(retry_at, moved),
      refused: (problem) => this.#refuse(problem),
    });
    this.captions = new Captions((message) => this.#send(message));
    this.voice = new Voice({
      send: (message) => this.#send(message),
      me: () => ({ at: this.walker.body, yaw: this.#steering.intent.yaw }),
      at: (slot) => this.others.at(performance.now()).find((each) => each.slot === slot) ?? null,
      who: (slot) => this.people.get(slot),
      isMuted: (persona) => this.muted.has(persona),
      isStage: space.voice === 'stage',
    });
  }

  // what pages ask of the company
  get people(): ReadonlyMap<number, Who> {
    return this.company.people;
  }
  get count(): number {
    return this.company.count;
  }
  get said(): Said[] {
    return this.company.said;
  }
  get muted(): ReadonlySet<string> {
    return this.company.muted;
  }
  get blocked(): ReadonlyMap<string, Who | null> {
    return this.company.blocked;
  }

  get isIn(): boolean {
    return this.phase === 'here' || this.phase === 'reconnecting';
  }
  get yaw(): number {
    return this.#steering.intent.yaw;
  }
  /** The share of the current tick that has passed, 0 to 1. */
  share(now: number): number {
    return Math.min((now - this.#ticked_at) / TICK_MS, 1);
  }
  /** Whether I was here a moment ago, in this tab: then entering is coming back. */
  get wasHere(): boolean {
    return kept(this.space.id) !== null;
  }
  /** How the bytes go now; null: there is no line. */
  get way(): 'websocket' | 'webtransport' | null {
    void this.phase;
    return this.#connection.way;
  }

  /** Goes in. `then` is done once I am there, for a link to a fixture. */
  enter(then?: () => void): void {
    if (this.phase === 'here' || this.phase === 'connecting') return;
    this.#after = then ?? null;
    this.#token = kept(this.space.id)?.token ?? null;
    this.problem = null;
    this.phase = 'connecting';
    this.#clock ??= setInterval(() => this.#tick(), TICK_MS);
    globalThis.addEventListener?.('online', this.#online);
    this.#connection.open();
  }

  /** Out for good, at once: the space frees my place. */
  leave(): void {
    this.#end('left');
    this.#forget();
  }

  /** The page of a service was opened: I stand where I was for a minute, and whoever comes back then never left. */
  stepAside(): void {
    this.intend({ x: 0, z: 0 });
    // away from the page nobody is to wonder whether the microphone is on
    this.voice.leave();
    if (!this.isIn) {
      this.#end(this.phase === 'connecting' ? 'out' : this.phase);
      return;
    }
    clearTimeout(aside?.timer);
    if (aside && aside.presence !== this) aside.presence.#end('out');
    const timer = setTimeout(() => {
      aside = null;
      this.#end('out');
    }, ASIDE_MS);
    aside = { presence: this, timer };
  }

  /** My presence in a space: the one that stands aside there, or a new one that has not entered yet. */
  static in(space: Space): Presence {
    const waiting = aside;
    aside = null;
    clearTimeout(waiting?.timer);
    if (waiting?.presence.space.id === space.id && waiting.presence.isIn) return waiting.presence;
    if (waiting) waiting.presence.#end('out');
    return new Presence(space);
  }

  retryNow(): void {
    if (this.phase === 'reconnecting') this.#connection.retryNow();
  }

  /** How I want to move from now on; `x` and `z` −1…1 to the east and the south. */
  intend(wish: Partial<Intent>): void {
    // who walks off waves no more
    if (this.#steering.intend(wish) && this.gesture !== 'none') this.gesture = 'none';
  }

  /** I am in XR from now on, with head and hands as the wire has them (or none, looking at the space as a model); null: no longer. */
  wear(xr: { hands: Hands | null } | null): void {
    this.#steering.xr = xr;
  }

  do(gesture: Gesture): void {
    this.gesture = this.gesture === gesture ? 'none' : gesture;
  }

  say(text: string): boolean {
    const words = text.trim();
    return words !== '' && [...words].length <= LONGEST_TEXT && this.#send({ kind: 'say', text: words });
  }
  go(to: Target): boolean {
    this.gesture = 'none';
    this.#back_yaw = null;
    return this.#send({ kind: 'go', ...to });
  }
  halt(): void {
    this.#send({ kind: 'halt' });
  }
  setBubble(metres: number): void {
    this.bubble_m = metres;
    this.#chosen_bubble = true;
    this.#send({ kind: 'bubble', m: metres });
  }
  /** Mutual, and kept by the space: neither sees, hears or reads the other again. */
  block(who: Who): void {
    if (this.#send({ kind: 'block', persona: who.persona })) this.company.block(who);
  }
  unblock(persona: string): void {
    this.#send({ kind: 'unblock', persona });
  }
  /** Asks for a report; taken is it only once `reported` says so. */
  report(persona: string, why: string): boolean {
    this.reported = null;
    this.notice = null;
    return this.#send({ kind: 'report', persona, why: why.trim() });
  }
  /** Mine alone: their words are not shown to me. */
  mute(persona: string, on: boolean): void {
    this.company.mute(persona, on);
  }

  // ---- the connection

  #cut(retry_at: number, moved: boolean): void {
    if (this.phase === 'here') this.#keep();
    if (!moved || this.phase === 'here') this.phase = 'reconnecting';
    this.retry_at = retry_at;
  }

  #refuse(problem: ProblemError): void {
    this.problem = problem;
    this.#end('refused');
    this.#forget();
  }

  #end(phase: Phase): void {
    this.voice.leave();
    this.captions.reset();
    this.#keep();
    this.#connection.close();
    clearInterval(this.#clock);
    this.#clock = undefined;
    globalThis.removeEventListener?.('online', this.#online);
    this.phase = phase;
    this.retry_at = null;
    this.slow = false;
    this.on_way = false;
    this.gesture = 'none';
    this.#steering.stop();
    this.#placed = false;
    this.company.clear();
    this.cells = [];
    this.calm = null;
    this.slot = null;
  }

  #online = (): void => this.retryNow();

  #send(message: object): boolean {
    return this.phase === 'here' && this.#connection.say(message);
  }

  #hear(data: string | Uint8Array): void {
    const now = Date.now();
    this.#heard_at = now;
    if (this.slow) this.slow = false;
    if (typeof data !== 'string') {
      try {
        const frame = decode(data);
        if (frame.kind === 'state') this.#place(frame);
        else if (frame.kind === 'hands') this.others.hold(frame.of, performance.now());
        else if (frame.kind === 'crowd') this.cells = frame.cells;
      } catch (cause) {
        if (!(cause instanceof WireError)) throw cause;
        // one bad frame costs nothing: the next stands for itself
      }
      return;
    }
    let told: { kind?: unknown };
    try {
      told = JSON.parse(data) as { kind?: unknown };
    } catch {
      return;
    }
    this.#told(told as Told);
  }

  #place(frame: State): void {
    this.others.hear(frame.tick, frame.seen, performance.now());
    this.others.lose(frame.tick, frame.gone);
    // overtaken: of me a later frame has said more
    if (frame.tick < this.#tick_heard) return;
    this.#tick_heard = frame.tick;
    this.#steering.acked(frame.ack);
    const yaw_from = this.walker.body;
    this.walker.correct(frame, frame.ack, frame.on_way || !this.#placed);
    this.#placed = true;
    const strangers = this.company.strangers(frame.seen.map((each) => each.slot));
    if (strangers.length > 0) this.#send({ kind: 'who', slots: strangers });
    if (frame.on_way) this.#lookAlong(yaw_from, frame);
    if (this.on_way !== frame.on_way) this.on_way = frame.on_way;
    if (frame.bumped) this.#cue({ kind: 'bumped' });
    if (frame.stopped_at_bubble) this.#cue({ kind: 'bubble' });
  }

  /** Who is walked looks where they go. */
  #lookAlong(from: At, to: At): void {
    if (apart(from, to) > 0.03) this.#steering.intent.yaw = bearing(from, to);
  }

  #told(told: Told): void {
    switch (told.kind) {
      case 'welcome':
        this.#welcome(told);
        break;
      case 'stuck':
        this.cue = { kind: 'stuck' };
        break;
      case 'arrived': {
        const fixture = this.space.fixtures.find((each) => each.id === told.fixture);
        // at a thing one looks at it; back at one's place one looks as before
        if (!fixture && this.#back_yaw !== null) this.#steering.intent.yaw = this.#back_yaw;
        this.#back_yaw = null;
        if (fixture) this.#steering.intent.yaw = bearing(this.walker.body, { x: fixture.at[0], z: fixture.at[1] });
        this.cue = { kind: 'arrived', fixture: told.fixture ?? null };
        break;
      }
      case 'blocked':
        this.captions.forget(told.persona);
        this.company.told(told);
        break;
      case 'reported':
        this.reported = told.report;
        break;
      case 'moved':
        this.#connection.goOn(told.url);
        break;
      case 'voice':
      case 'voice_slots':
      case 'voice_off':
        this.voice.told(told);
        break;
      case 'captions':
      case 'caption':
      case 'caption_missed':
        this.captions.told(told);
        break;
      case 'notice':
        this.notice = problemOf(told.problem);
        if (this.notice.code.startsWith('voice_')) this.voice.refused();
        break;
      case 'bye': {
        const problem = problemOf(told.problem);
        if (isPassing(problem)) this.#connection.again(problem);
        else this.#refuse(problem);
        break;
      }
      default:
        this.company.told(told);
    }
  }

  #welcome(told: Extract<Told, { kind: 'welcome' }>): void {
    const resumed = told.resumed === true;
    const back = kept(this.space.id);
    this.slot = told.slot;
    this.me = told.you;
    this.#token = told.token;
    this.muted_until = told.muted_until ?? null;
    this.company.welcome(told);
    const wanted_m = this.bubble_m;
    if (told.bubble_m !== undefined && !this.#chosen_bubble) this.bubble_m = told.bubble_m;
    this.#connection.welcomed();
    this.problem = null;
    this.phase = 'here';
    this.#steering.again();
    this.#tick_heard = -1;
    this.#placed = false;
    this.#keep();
    this.cue = { kind: resumed ? 'resumed' : 'here' };
    this.captions.reset();
    this.voice.again();
    if (this.#chosen_bubble && told.bubble_m !== wanted_m) this.#send({ kind: 'bubble', m: wanted_m });
    const after = this.#after;
    this.#after = null;
    if (after) after();
    // the place was given away meanwhile: back to where I stood
    else if (!resumed && back) {
      this.#send({ kind: 'go', at: [back.x, back.z] });
      this.#back_yaw = back.yaw;
    }
  }

  #cue(cue: Cue, about = ''): void {
    const now = Date.now();
    const key = cue.kind + about;
    if (now - (this.#cued.get(key) ?? 0) < CUE_MS) return;
    this.#cued.set(key, now);
    this.cue = cue;
  }

  // ---- the tick

  #tick(): void {
    const now = Date.now();
    this.#ticked_at = performance.now();
    if (this.phase !== 'here') return;
    const silent = now - this.#heard_at;
    if (silent > LOST_MS) {
      this.#connection.again();
      return;
    }
    const is_slow = silent > SLOW_MS;
    if (this.slow !== is_slow) this.slow = is_slow;
    this.#steering.tick(now, this.gesture, this.way === 'webtransport', (frame) => this.#connection.move(frame));
    if (now - this.#calm_at >= CALM_MS) this.#settle(now);
  }

  #settle(now: number): void {
    this.#calm_at = now;
    const at = this.walker.body;
    const others = this.others.at(performance.now());
    const away = new Map(others.map((each) => [each.slot, apart(each, at)]));
    const in_xr = new Set(others.filter((each) => each.in_xr).map((each) => each.slot));
    this.calm = { at, yaw: this.#steering.intent.yaw, away, in_xr };
  }

  #keep(): void {
    const { x, z } = this.walker.body;
    if (this.#token) keep(this.space.id, { token: this.#token, x, z, yaw: this.#steering.intent.yaw });
  }
  #forget(): void {
    this.#token = null;
    forget(this.space.id);
  }
}
