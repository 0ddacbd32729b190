import { address, post, segment } from '../api/client';
import { ProblemError, problemFrom } from '../api/problem';
import { isPassing, problemOf, type Cue, type Said, type Target, type Told, type Who } from './messages';
import { Walker, type Body } from './movement';
import { Others } from './others';
import { apart, bearing, type At, type Space } from './space';
import { Voice } from './voice.svelte';
import { decode, encodeMove, stateByte, WireError, yawByte, type Cell, type Gesture, type Hands, type State } from './wire';

export type Phase = 'out' | 'connecting' | 'here' | 'reconnecting' | 'refused' | 'left';

export const LONGEST_TEXT = 500;
const TICK_MS = 50;
const ALIVE_MS = 1000;
/** A space speaks twenty times a second: who hears nothing that long has a slow line, or none. */
const SLOW_MS = 2000;
const LOST_MS = 10_000;
const CALM_MS = 500;
/** A space that was killed starts within a minute: until then nobody waits so long that they would be back later than 5 s after it. */
const WAITS_MS = [500, 1000, 2000, ...Array<number>(20).fill(3000), 8000, 15_000];
const TRIES = 30;
/** Who is sent on goes at once, but not all in one moment; and not in circles. */
const GO_ON_MS = 300;
const GOES_ON = 5;
const SAID_KEPT = 200;
/** A cue that repeats while one leans on a wall is said once in a while. */
const CUE_MS = 4000;
const ASK_MS = 10_000;

/** How the line is closed: for good, or because it seems dead and I come again by another. */
const [GOODBYE, CUT] = [1000, 4001];
/** How long I stand where I was while I look at a page that a fixture opened. */
const ASIDE_MS = 60_000;
let aside: { presence: Presence; timer: ReturnType<typeof setTimeout> } | null = null;

type Intent = { x: number; z: number; yaw: number; jog: boolean };
type Kept = { token: string; x: number; z: number; yaw: number };

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
  said = $state.raw<Said[]>([]);
  cue = $state.raw<Cue | null>(null);
  /** The report that the space took last, by its id. */
  reported = $state<string | null>(null);
  /** Where I am and how far the others are, told twice a second. */
  calm = $state.raw<{ at: Body; yaw: number; away: Map<number, number>; in_xr: Set<number> } | null>(null);
  /** Those of whom I was told who they are: at least everyone near. */
  get people(): ReadonlyMap<number, Who> {
    void this.#lists;
    return this.#people;
  }
  /** How many are here in all, me among them. */
  count = $state(0);
  muted_until = $state<string | null>(null);
  get muted(): ReadonlySet<string> {
    void this.#lists;
    return this.#muted;
  }
  /** Whom I blocked, with what I knew of them then. */
  get blocked(): ReadonlyMap<string, Who | null> {
    void this.#lists;
    return this.#blocked;
  }
  // Plain lists with one number that says they changed: a thousand signals for a thousand people would be none the better.
  readonly #people = new Map<number, Who>();
  readonly #muted = new Set<string>();
  readonly #blocked = new Map<string, Who | null>();
  #lists = $state(0);

  readonly space: Space;
  readonly others: Others;
  readonly walker: Walker;
  readonly voice: Voice;
  cells: Cell[] = [];

  #socket: WebSocket | null = null;
  #turn = 0;
  #token: string | null = null;
  #tries = 0;
  /** Where the space is run, if not where the page comes from. */
  #base: string | null = null;
  #went_on = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #clock: ReturnType<typeof setInterval> | undefined;
  #seq = 0;
  #sent = '';
  #sent_at = 0;
  #heard_at = 0;
  #ticked_at = 0;
  #calm_at = 0;
  #placed = false;
  #chosen_bubble = false;
  #back_yaw: number | null = null;
  #intent: Intent;
  /** Whether I see the space through XR glasses, and how I hold head and hands in it. */
  #xr: { hands: Hands | null } | null = null;
  #cued = new Map<string, number>();
  #asked = new Map<number, number>();
  #who_at = 0;
  #after: (() => void) | null = null;
  readonly #box: string;

  constructor(space: Space) {
    this.space = space;
    this.others = new Others(TICK_MS);
    const spawn = space.spawns[0] ?? { at: [space.size[0] / 2, space.size[1] / 2] as [number, number], yaw: 0 };
    this.walker = new Walker(space, { x: spawn.at[0], z: spawn.at[1], y: 0 });
    this.#intent = { x: 0, z: 0, yaw: (spawn.yaw / 180) * Math.PI, jog: false };
    this.#box = `sala.space.${space.id}`;
    this.voice = new Voice({
      send: (message) => this.#send(message),
      me: () => ({ at: this.walker.body, yaw: this.#intent.yaw }),
      at: (slot) => this.others.at(performance.now()).find((each) => each.slot === slot) ?? null,
      who: (slot) => this.#people.get(slot),
      isMuted: (persona) => this.#muted.has(persona),
      isStage: space.voice === 'stage',
    });
  }

  get isIn(): boolean {
    return this.phase === 'here' || this.phase === 'reconnecting';
  }
  get yaw(): number {
    return this.#intent.yaw;
  }
  /** The share of the current tick that has passed, 0 to 1. */
  share(now: number): number {
    return Math.min((now - this.#ticked_at) / TICK_MS, 1);
  }
  /** Whether I was here a moment ago, in this tab: then entering is coming back. */
  get wasHere(): boolean {
    return this.#kept() !== null;
  }

  /** Goes in. `then` is done once I am there, for a link to a fixture. */
  enter(then?: () => void): void {
    if (this.phase === 'here' || this.phase === 'connecting') return;
    this.#after = then ?? null;
    this.#token = this.#kept()?.token ?? null;
    this.#tries = 0;
    this.problem = null;
    this.phase = 'connecting';
    this.#clock ??= setInterval(() => this.#tick(), TICK_MS);
    globalThis.addEventListener?.('online', this.#online);
    void this.#connect();
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
    if (this.phase !== 'reconnecting') return;
    clearTimeout(this.#retry);
    this.retry_at = null;
    void this.#connect();
  }

  /** How I want to move from now on; `x` and `z` −1…1 to the east and the south. */
  intend(intent: Partial<{ x: number; z: number; yaw: number; jog: boolean }>): void {
    const byte = (value: number): number => Math.round(Math.min(Math.max(value, -1), 1) * 127);
    const next = this.#intent;
    if (intent.x !== undefined) next.x = byte(intent.x);
    if (intent.z !== undefined) next.z = byte(intent.z);
    if (intent.yaw !== undefined) next.yaw = intent.yaw;
    if (intent.jog !== undefined) next.jog = intent.jog;
    // who walks off waves no more
    if ((next.x !== 0 || next.z !== 0) && this.gesture !== 'none') this.gesture = 'none';
  }

  /** I am in XR from now on, with head and hands as the wire has them (or none, looking at the space as a model); null: no longer. */
  wear(xr: { hands: Hands | null } | null): void {
    this.#xr = xr;
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
    if (this.#send({ kind: 'block', persona: who.persona })) this.#blocked.set(who.persona, who);
    this.#lists += 1;
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
    if (on) this.#muted.add(persona);
    else this.#muted.delete(persona);
    this.#lists += 1;
  }

  // ---- the connection

  async #connect(): Promise<void> {
    const turn = ++this.#turn;
    this.retry_at = null;
    let ticket: string;
    try {
      ({ ticket } = await post<{ ticket: string }>('/session/tickets', { purpose: 'world', space: this.space.id }));
    } catch (cause) {
      if (turn !== this.#turn) return;
      const problem = problemFrom(cause);
      if (isPassing(problem)) this.#again(problem);
      else this.#refuse(problem);
      return;
    }
    if (turn !== this.#turn) return;
    let socket: WebSocket;
    try {
      const at = new URL((this.#base ?? '') + address(`/spaces/${segment(this.space.id)}/presence`, { ticket, token: this.#token }), location.href);
      at.protocol = at.protocol === 'https:' ? 'wss:' : 'ws:';
      socket = new WebSocket(at.href);
    } catch {
      // an address that this page may not reach: the hall is asked again
      this.#again();
      return;
    }
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#heard_at = Date.now();
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.#socket === socket) this.#hear(event.data);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#again();
    };
  }

  /** The space is run by another process now, which has my place: there, or where the hall says. */
  #goOn(base: string | undefined): void {
    this.#went_on += 1;
    if (this.#went_on > GOES_ON) {
      this.#again();
      return;
    }
    if (this.phase === 'here') this.#keep();
    this.#drop(CUT);
    this.#base = base ?? null;
    if (this.phase === 'here') this.phase = 'reconnecting';
    const soon = Math.random() * GO_ON_MS;
    this.retry_at = Date.now() + soon;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), soon);
  }

  #again(problem?: ProblemError): void {
    if (this.phase === 'here') this.#keep();
    this.#drop(CUT);
    this.#base = null;
    if (this.#tries >= TRIES) {
      this.#refuse(problem ?? new ProblemError({ status: 0, code: 'unreachable' }));
      return;
    }
    const wait = WAITS_MS[Math.min(this.#tries, WAITS_MS.length - 1)] ?? 15_000;
    this.#tries += 1;
    this.phase = 'reconnecting';
    // not everyone at once after the space was away
    const soon = wait * (0.75 + Math.random() / 2);
    this.retry_at = Date.now() + soon;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), soon);
  }

  #refuse(problem: ProblemError): void {
    this.problem = problem;
    this.#end('refused');
    this.#forget();
  }

  #end(phase: Phase): void {
    this.voice.leave();
    this.#turn += 1;
    this.#base = null;
    this.#went_on = 0;
    this.#keep();
    this.#drop(GOODBYE);
    clearTimeout(this.#retry);
    clearInterval(this.#clock);
    this.#clock = undefined;
    globalThis.removeEventListener?.('online', this.#online);
    this.phase = phase;
    this.retry_at = null;
    this.slow = false;
    this.on_way = false;
    this.gesture = 'none';
    this.#intent = { ...this.#intent, x: 0, z: 0 };
    this.#xr = null;
    this.#placed = false;
    this.#people.clear();
    this.#lists += 1;
    this.count = 0;
    this.others.clear();
    this.cells = [];
    this.calm = null;
    this.slot = null;
  }

  #drop(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(code);
  }

  #online = (): void => this.retryNow();

  #send(message: object): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.phase !== 'here') return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #hear(data: string | ArrayBuffer): void {
    const now = Date.now();
    this.#heard_at = now;
    if (this.slow) this.slow = false;
    if (typeof data !== 'string') {
      try {
        const frame = decode(new Uint8Array(data));
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
    this.#lists += 1;
  }

  #place(frame: State): void {
    const yaw_from = this.walker.body;
    this.walker.correct(frame, frame.ack, frame.on_way || !this.#placed);
    this.#placed = true;
    this.others.hear(frame.tick, frame.seen, performance.now());
    for (const slot of frame.gone) this.others.forget(slot);
    this.#askWho(frame.seen.map((each) => each.slot));
    if (frame.on_way) this.#lookAlong(yaw_from, frame);
    if (this.on_way !== frame.on_way) this.on_way = frame.on_way;
    if (frame.bumped) this.#cue({ kind: 'bumped' });
    if (frame.stopped_at_bubble) this.#cue({ kind: 'bubble' });
  }

  /** Of strangers who came into view one asks who they are, once in a while. */
  #askWho(slots: number[]): void {
    const now = Date.now();
    const unknown = slots.filter((slot) => !this.people.has(slot) && now - (this.#asked.get(slot) ?? 0) > ASK_MS).slice(0, 32);
    if (unknown.length === 0 || now - this.#who_at < 1000) return;
    this.#who_at = now;
    for (const slot of unknown) this.#asked.set(slot, now);
    this.#send({ kind: 'who', slots: unknown });
  }

  /** Who is walked looks where they go. */
  #lookAlong(from: At, to: At): void {
    if (apart(from, to) > 0.03) this.#intent.yaw = bearing(from, to);
  }

  #told(told: Told): void {
    switch (told.kind) {
      case 'welcome':
        this.#welcome(told);
        break;
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
      case 'stuck':
        this.cue = { kind: 'stuck' };
        break;
      case 'left': {
        const gone = this.people.get(told.slot);
        this.#people.delete(told.slot);
        this.others.forget(told.slot);
        if (gone) this.#cue({ kind: 'left', who: gone }, gone.persona);
        break;
      }
      case 'said':
        this.#hearSaid([told]);
        break;
      case 'arrived': {
        const fixture = this.space.fixtures.find((each) => each.id === told.fixture);
        // at a thing one looks at it; back at one's place one looks as before
        if (!fixture && this.#back_yaw !== null) this.#intent.yaw = this.#back_yaw;
        this.#back_yaw = null;
        if (fixture) this.#intent.yaw = bearing(this.walker.body, { x: fixture.at[0], z: fixture.at[1] });
        this.cue = { kind: 'arrived', fixture: told.fixture ?? null };
        break;
      }
      case 'blocked': {
        const known = [...this.people.values()].find((who) => who.persona === told.persona);
        this.#blocked.set(told.persona, known ?? this.blocked.get(told.persona) ?? null);
        for (const [slot, who] of this.people) {
          if (who.persona !== told.persona) continue;
          this.#people.delete(slot);
          this.others.forget(slot);
        }
        this.said = this.said.filter((each) => each.who.persona !== told.persona);
        break;
      }
      case 'reported':
        this.reported = told.report;
        break;
      case 'unblocked':
        this.#blocked.delete(told.persona);
        break;
      case 'moved':
        this.#goOn(told.url);
        break;
      case 'voice':
      case 'voice_slots':
      case 'voice_off':
        this.voice.told(told);
        break;
      case 'notice':
        this.notice = problemOf(told.problem);
        if (this.notice.code.startsWith('voice_')) this.voice.refused();
        break;
      case 'bye': {
        const problem = problemOf(told.problem);
        if (isPassing(problem)) this.#again(problem);
        else this.#refuse(problem);
        break;
      }
    }
  }

  #welcome(told: Extract<Told, { kind: 'welcome' }>): void {
    const resumed = told.resumed === true;
    const back = this.#kept();
    this.slot = told.slot;
    this.me = told.you;
    this.#token = told.token;
    this.count = told.count ?? told.here.length;
    this.muted_until = told.muted_until ?? null;
    this.#people.clear();
    this.#asked.clear();
    for (const each of told.here) if (each.slot !== told.slot) this.#people.set(each.slot, each.who);
    this.others.clear();
    this.#hearSaid(told.said ?? []);
    this.#blocked.clear();
    for (const persona of told.blocked ?? []) this.#blocked.set(persona, null);
    const wanted_m = this.bubble_m;
    if (told.bubble_m !== undefined && !this.#chosen_bubble) this.bubble_m = told.bubble_m;
    this.#tries = 0;
    this.#went_on = 0;
    this.problem = null;
    this.phase = 'here';
    this.#sent = '';
    this.#placed = false;
    this.#keep();
    this.cue = { kind: resumed ? 'resumed' : 'here' };
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

  #hearSaid(more: Said[]): void {
    const known = new Set(this.said.map((each) => each.id));
    const fresh = more.filter((each) => !known.has(each.id));
    if (fresh.length > 0) this.said = [...this.said, ...fresh].slice(-SAID_KEPT);
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
      this.#again();
      return;
    }
    const is_slow = silent > SLOW_MS;
    if (this.slow !== is_slow) this.slow = is_slow;
    const { x, z, yaw, jog } = this.#intent;
    const hands = this.#xr?.hands ?? undefined;
    const state = stateByte({ gesture: this.gesture, jogging: jog && (x !== 0 || z !== 0), in_xr: this.#xr !== null });
    const input = `${x} ${z} ${yawByte(yaw)} ${state} ${hands ? JSON.stringify(hands) : ''}`;
    const moves = x !== 0 || z !== 0;
    if (moves || input !== this.#sent || now - this.#sent_at >= ALIVE_MS) {
      this.#seq = (this.#seq + 1) & 0xffff;
      const socket = this.#socket;
      // a line that does not carry what was sent gets no more of it: the newest word is the only one that counts
      if (socket?.readyState === WebSocket.OPEN && socket.bufferedAmount < 256) {
        socket.send(encodeMove({ seq: this.#seq, x, z, yaw: yawByte(yaw), state }, hands));
        this.#sent = input;
        this.#sent_at = now;
      }
      this.walker.tick(this.#seq, { x, z, jog });
    } else {
      this.walker.rest();
    }
    if (now - this.#calm_at >= CALM_MS) this.#settle(now);
  }

  #settle(now: number): void {
    this.#calm_at = now;
    const at = this.walker.body;
    const others = this.others.at(performance.now());
    const away = new Map(others.map((each) => [each.slot, apart(each, at)]));
    const in_xr = new Set(others.filter((each) => each.in_xr).map((each) => each.slot));
    this.calm = { at, yaw: this.#intent.yaw, away, in_xr };
  }

  // ---- what is kept in this tab, so that opening a page and coming back is no new entrance

  #keep(): void {
    if (!this.#token) return;
    const { x, z } = this.walker.body;
    const { yaw } = this.#intent;
    try {
      sessionStorage.setItem(this.#box, JSON.stringify({ token: this.#token, x, z, yaw } satisfies Kept));
    } catch {
      // a closed store only means that coming back is a new entrance
    }
  }
  #kept(): Kept | null {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.#box) ?? 'null') as Kept | null;
      return kept && typeof kept.token === 'string' ? kept : null;
    } catch {
      return null;
    }
  }
  #forget(): void {
    this.#token = null;
    try {
      sessionStorage.removeItem(this.#box);
    } catch {
      // nothing was kept
    }
  }
}
