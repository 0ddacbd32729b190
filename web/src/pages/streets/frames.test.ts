import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Frames } from './frames.svelte';
import type { Frame, Round } from './live';

/** What the browser would have opened, told by hand. */
class Told extends EventTarget {
  static readonly CLOSED = 2;
  static opened: Told[] = [];
  readyState = 1;
  onopen: (() => void) | null = null;
  onerror: (() => void) | null = null;
  url: string;
  constructor(url: string) {
    super();
    this.url = url;
    Told.opened.push(this);
  }
  close(): void {
    this.readyState = Told.CLOSED;
  }
  tell(name: string, data: unknown): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}

const stops: (() => void)[] = [];
function follow(frames: Frames): () => void {
  const stop = frames.follow();
  stops.push(stop);
  return stop;
}

let is_still = false;
let now = 0;
beforeEach(() => {
  vi.useFakeTimers();
  [Told.opened, is_still, now] = [[], false, 10_000];
  vi.stubGlobal('EventSource', Told);
  vi.stubGlobal('matchMedia', () => ({ matches: is_still }));
  vi.spyOn(performance, 'now').mockImplementation(() => now);
});
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

const frame = (at_s: number, more: Partial<Frame> = {}): Frame => ({ round: 1, at_s, halted: at_s, lanes: [], lamps: [], ...more }) as unknown as Frame;
/** Five frames a second, from `from` on. */
function play(told: Told, from: number, count: number, seen: () => void): void {
  for (let at = from; at < from + count; at++) {
    told.tell('frame', frame(at));
    seen();
    now += 200;
  }
}

test('every frame is drawn and one a second is told', () => {
  const frames = new Frames('a/b', () => undefined);
  const stop = follow(frames);
  expect(Told.opened[0]?.url).toBe('/api/v1/streets/a%2Fb/frames');
  const [drawn, told] = [new Set<number>(), new Set<number>()];
  play(Told.opened[0]!, 0, 10, () => [drawn.add(frames.frame!.at_s), told.add(frames.calm!.at_s)]);
  expect([drawn.size, [...told]]).toEqual([10, [0, 5]]);
  stop();
  expect(Told.opened[0]?.readyState).toBe(Told.CLOSED);
});

test('for whom motion is too much the street is drawn once in two seconds', () => {
  is_still = true;
  const frames = new Frames('s', () => undefined);
  follow(frames);
  const drawn = new Set<number>();
  play(Told.opened[0]!, 0, 21, () => drawn.add(frames.frame!.at_s));
  expect([...drawn]).toEqual([0, 10, 20]);
});

test('standing vehicles are kept for the round, thinned, and begin anew with the next', () => {
  const frames = new Frames('s', () => undefined);
  follow(frames);
  play(Told.opened[0]!, 0, 3600, () => undefined);
  expect(frames.standing.length).toBeGreaterThan(100);
  expect(frames.standing.length).toBeLessThanOrEqual(240);
  const steps = new Set(frames.standing.slice(1).map(({ at }, before) => at - frames.standing[before]!.at));
  expect(steps.size).toBe(1);
  Told.opened[0]!.tell('frame', frame(0, { round: 2 }));
  expect(frames.standing).toEqual([{ at: 0, value: 0 }]);
});

test('a connection that the hall gave up is opened again, and rounds are told', () => {
  const rounds: number[] = [];
  const frames = new Frames('s', (round: Round) => rounds.push(round.number));
  const stop = follow(frames);
  const first = Told.opened[0]!;
  first.close();
  first.onerror?.();
  expect(frames.state).toBe('lost');
  vi.advanceTimersByTime(3000);
  expect(Told.opened).toHaveLength(2);
  Told.opened[1]!.onopen?.();
  expect(frames.state).toBe('live');
  Told.opened[1]!.tell('round', { number: 7 });
  expect(rounds).toEqual([7]);
  stop();
  vi.advanceTimersByTime(10_000);
  expect(Told.opened).toHaveLength(2);
});

test('a page that nobody sees asks for nothing', () => {
  const frames = new Frames('s', () => undefined);
  follow(frames);
  const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(Told.opened[0]?.readyState).toBe(Told.CLOSED);
  hidden.mockReturnValue(false);
  document.dispatchEvent(new Event('visibilitychange'));
  expect(Told.opened).toHaveLength(2);
});
