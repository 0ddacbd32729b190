import { flushSync } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Who } from './messages';
import { Presence } from './presence.svelte';
import type { Space } from './space';
import { decodeMove, encode, encodeMove, type State } from './wire';

/** A line that a test speaks through. */
class Line {
  static readonly OPEN = 1;
  static opened: Line[] = [];
  readyState = 0;
  bufferedAmount = 0;
  binaryType = '';
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: (string | Uint8Array)[] = [];
  url: string;
  constructor(url: string) {
    this.url = url;
    Line.opened.push(this);
  }
  send(data: string | Uint8Array): void {
    this.sent.push(data);
  }
  closed: number | undefined;
  close(code?: number): void {
    this.readyState = 3;
    this.closed = code;
  }
  cut(): void {
    this.readyState = 3;
    this.onclose?.();
  }
  tell(message: object): void {
    this.readyState = 1;
    this.onmessage?.({ data: JSON.stringify(message) });
  }
  frame(state: Partial<State>): void {
    const whole: State = {
      ...{ kind: 'state', tick: 1, ack: 0, x: 5, y: 0, z: 5, bumped: false, stopped_at_bubble: false, on_way: false, seen: [], gone: [] },
      ...state,
    };
    this.onmessage?.({ data: encode(whole).buffer });
  }
  get moves() {
    return this.sent.filter((each) => typeof each !== 'string').map((each) => decodeMove(each as Uint8Array).move);
  }
  get asks() {
    return this.sent.filter((each) => typeof each === 'string').map((each) => JSON.parse(each as string) as { kind: string });
  }
}

const words = (th: string) => ({ th, en: th });
const space: Space = {
  ...{ id: 'hall', title: words('hall'), about: words('about'), scene: 'hall', size: [20, 20] as [number, number], capacity: 10 },
  ...{ walls: [], floors: [], spawns: [{ at: [5, 5] as [number, number], yaw: 90 }] },
  fixtures: [{ id: 'board', kind: 'board', at: [5, 1], y: 1, yaw: 180, title: words('board'), name: words('board'), page: '/' }],
};
const who = (persona: string): Who => ({ persona, name: persona, look: `/${persona}.vrm` });
const welcome = (more: object = {}) => ({
  ...{ kind: 'welcome', slot: 1, token: 'secret', tick_ms: 50, tick: 1, you: who('me'), count: 2, here: [{ slot: 2, who: who('malee') }] },
  ...{ said: [], blocked: [], bubble_m: 1, resumed: false },
  ...more,
});

let answer: () => Response;
let asked: string[];
beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  sessionStorage.clear();
  [Line.opened, asked] = [[], []];
  answer = () => new Response(JSON.stringify({ ticket: `t${asked.length}` }), { status: 201, headers: { 'content-type': 'application/json' } });
  vi.stubGlobal('WebSocket', Line);
  vi.stubGlobal('fetch', (url: string, init: { body: string }) => {
    asked.push(`${url} ${init.body}`);
    return Promise.resolve(answer());
  });
});
const made: Presence[] = [];
afterEach(() => {
  for (const presence of made.splice(0)) presence.leave();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function presence(): Presence {
  const one = new Presence(space);
  made.push(one);
  return one;
}
const pass = async (ms: number): Promise<void> => {
  await vi.advanceTimersByTimeAsync(ms);
  flushSync();
};
const line = (): Line => Line.opened.at(-1)!;
async function inside(more: object = {}): Promise<Presence> {
  const one = presence();
  one.enter();
  await pass(0);
  line().tell(welcome(more));
  return one;
}
const refusal = (status: number, code: string) => () =>
  new Response(JSON.stringify({ status, code, title: code }), { status, headers: { 'content-type': 'application/problem+json' } });

describe('entering', () => {
  it('asks for a ticket for this space, opens the line with it, and is here at the welcome', async () => {
    const one = presence();
    one.enter();
    expect(one.phase).toBe('connecting');
    await pass(0);
    expect(asked).toEqual(['/api/v1/session/tickets {"purpose":"world","space":"hall"}']);
    expect(new URL(line().url).pathname + new URL(line().url).search).toBe('/api/v1/spaces/hall/presence?ticket=t1');
    line().tell(welcome());
    expect([one.phase, one.slot, [...one.people.keys()], one.count]).toEqual(['here', 1, [2], 2]);
  });

  it('says why it was refused, and does not try again', async () => {
    const one = presence();
    answer = refusal(401, 'sign_in_required');
    one.enter();
    await pass(60_000);
    expect([one.phase, one.problem?.code, Line.opened.length, asked.length]).toEqual(['refused', 'sign_in_required', 0, 1]);
  });

  it('takes another ticket when the first came too late, and is refused when there is none', async () => {
    const one = presence();
    one.enter();
    await pass(0);
    line().tell({ kind: 'bye', problem: { status: 401, code: 'ticket_invalid', title: 'x' } });
    await pass(1000);
    expect([one.phase, Line.opened.length, asked.length]).toEqual(['reconnecting', 2, 2]);
    answer = refusal(401, 'sign_in_required');
    line().tell({ kind: 'bye', problem: { status: 401, code: 'ticket_invalid', title: 'x' } });
    await pass(60_000);
    expect([one.phase, one.problem?.code, Line.opened.length]).toEqual(['refused', 'sign_in_required', 2]);
  });

  it('is told at the door that the code of conduct comes first', async () => {
    const one = presence();
    one.enter();
    await pass(0);
    line().tell({ kind: 'bye', problem: { status: 409, code: 'conduct_not_accepted', title: 'x' } });
    line().cut();
    await pass(60_000);
    expect([one.phase, one.problem?.code, Line.opened.length]).toEqual(['refused', 'conduct_not_accepted', 1]);
  });

  it('goes on to what a link named once it is there', async () => {
    const one = presence();
    one.enter(() => one.go({ fixture: 'board' }));
    await pass(0);
    expect(line().asks).toEqual([]);
    line().tell(welcome());
    expect(line().asks).toEqual([{ kind: 'go', fixture: 'board' }]);
  });
});

it('whoever is no longer in view is not drawn from then on', async () => {
  const one = await inside();
  const doing = { gesture: 'none', jogging: false, speaking: false, in_xr: false, walking: false } as const;
  const seen = [3, 4].map((slot) => ({ slot, x: 6, y: 0, z: 5 + slot, yaw: 0, ...doing }));
  line().frame({ tick: 2, seen });
  expect(one.others.size).toBe(2);
  line().frame({ tick: 3, gone: [3, 9] });
  expect(one.others.at(performance.now() + 500).map(({ slot }) => slot)).toEqual([4]);
});

describe('a line that is cut', () => {
  it('is opened again with a new ticket and the token, later and later', async () => {
    const one = await inside();
    const waits: number[] = [];
    for (let at = 0; at < 25; at++) {
      line().cut();
      expect(one.phase).toBe('reconnecting');
      waits.push(one.retry_at! - Date.now());
      const before = Line.opened.length;
      await pass(waits.at(-1)! - 1);
      expect(Line.opened.length).toBe(before);
      await pass(1);
      expect(Line.opened.length).toBe(before + 1);
    }
    expect(waits).toEqual([500, 1000, ...Array<number>(23).fill(2000)]);
    expect(line().url).toContain('token=secret');
    line().tell(welcome({ resumed: true, token: 'next' }));
    expect([one.phase, one.cue]).toEqual(['here', { kind: 'resumed' }]);
    line().cut();
    expect(one.retry_at! - Date.now()).toBe(500);
  });

  it('goes on where the space is run now, at once and at its place, and asks the hall when nobody is there', async () => {
    const one = await inside();
    line().tell({ kind: 'moved', url: 'https://spaces.example/at/one' });
    expect([one.phase, line().closed]).toEqual(['reconnecting', 4001]);
    await pass(350);
    expect(line().url).toMatch(/^wss:\/\/spaces\.example\/at\/one\/api\/v1\/spaces\/hall\/presence\?ticket=.+&token=secret$/);
    line().tell(welcome({ resumed: true, token: 'secret' }));
    expect([one.phase, one.slot]).toEqual(['here', 1]);
    line().cut();
    await pass(600);
    expect(line().url).not.toContain('spaces.example');
  });

  it('does not go round in circles', async () => {
    const one = await inside();
    const before = Line.opened.length;
    for (let at = 0; at < 6; at++) {
      line().tell({ kind: 'moved' });
      await pass(350);
    }
    expect(Line.opened.length).toBe(before + 5);
    expect(one.retry_at).not.toBeNull();
    await pass(300);
    expect(Line.opened.length).toBe(before + 6);
  });

  it('is given up at last, and the reason is told', async () => {
    const one = await inside();
    for (let at = 0; at < 32 && one.phase !== 'refused'; at++) {
      line().cut();
      await pass(20_000);
    }
    expect([one.phase, one.problem?.code]).toEqual(['refused', 'unreachable']);
    const tried = Line.opened.length;
    await pass(120_000);
    expect(Line.opened.length).toBe(tried);
  });

  it('keeps what was said, and adds what was said meanwhile once', async () => {
    const said = (id: number) => ({ id, slot: 2, who: who('malee'), text: `words ${id}`, at: '2026-11-22T10:00:00Z' });
    const one = await inside({ said: [said(1)] });
    line().tell({ kind: 'said', ...said(2) });
    line().cut();
    await pass(600);
    line().tell(welcome({ resumed: true, said: [said(2), said(3)] }));
    expect(one.said.map((each) => each.id)).toEqual([1, 2, 3]);
  });

  it('is noticed when nothing comes any more: slow first, then lost', async () => {
    const one = await inside();
    line().frame({});
    await pass(2500);
    expect([one.phase, one.slow]).toEqual(['here', true]);
    line().frame({ tick: 2 });
    expect(one.slow).toBe(false);
    const silent = line();
    await pass(10_500);
    expect([one.phase, silent.closed]).toEqual(['reconnecting', 4001]);
  });

  it('walks back to where it was cut when another came by the token too late', async () => {
    await inside();
    line().frame({ x: 9, z: 8, tick: 2 });
    line().cut();
    await pass(600);
    line().tell(welcome({ slot: 4, token: 'other' }));
    expect(line().asks).toEqual([{ kind: 'go', at: [9, 8] }]);
  });

  it('walks back to where one stood when the place was given away', async () => {
    const one = await inside();
    line().frame({ x: 12, z: 13, tick: 2 });
    one.stepAside();
    await pass(61_000);
    expect(one.phase).toBe('out');
    one.enter();
    await pass(0);
    line().tell(welcome({ token: 'other' }));
    expect(line().asks).toEqual([{ kind: 'go', at: [12, 13] }]);
  });
});

describe('stepping aside', () => {
  it('keeps the place for a minute: who comes back never left', async () => {
    const one = await inside();
    one.stepAside();
    await pass(30_000);
    line().frame({ tick: 5 });
    expect(Presence.in(space)).toBe(one);
    one.stepAside();
    for (let at = 0; at < 7; at++) {
      line().frame({ tick: 6 + at });
      await pass(9000);
    }
    expect(one.phase).toBe('out');
    expect(line().readyState).toBe(3);
    expect(Presence.in(space)).not.toBe(one);
  });

  it('leaving is for good and at once', async () => {
    const one = await inside();
    one.leave();
    expect([one.phase, line().closed, one.wasHere]).toEqual(['left', 1000, false]);
    await pass(60_000);
    expect(Line.opened).toHaveLength(1);
  });
});

describe('moves', () => {
  it('are sent while something changes, and once a second to stay alive', async () => {
    const one = await inside();
    line().frame({});
    await pass(50);
    const first = line().moves.length;
    expect(first).toBe(1);
    await pass(950);
    line().frame({ tick: 2 });
    expect(line().moves.length - first).toBeLessThanOrEqual(1);
    one.intend({ x: 1, z: 0 });
    const still = line().moves.length;
    for (let at = 0; at < 20; at++) {
      line().frame({ tick: 3 + at });
      await pass(50);
    }
    expect(line().moves.length - still).toBe(20);
    expect(line().moves.at(-1)).toMatchObject({ x: 127, z: 0 });
    one.intend({ x: 0, z: 0 });
    await pass(100);
    expect(line().moves.at(-1)).toMatchObject({ x: 0, z: 0 });
    expect(new Set(line().moves.map((move) => move.seq)).size).toBe(line().moves.length);
  });

  it('never pile up on a line that carries nothing', async () => {
    const one = await inside();
    one.intend({ x: 1 });
    line().bufferedAmount = 1000;
    const before = line().moves.length;
    await pass(1000);
    expect(line().moves.length).toBe(before);
  });

  it('carry the gesture until one walks off', async () => {
    const one = await inside();
    one.do('bow');
    await pass(50);
    expect(line().moves.at(-1)?.state).toBe(4);
    one.intend({ z: -1 });
    await pass(50);
    expect(line().moves.at(-1)?.state).toBe(0);
  });
});

describe('in XR', () => {
  const pose = (x: number) => ({ x, y: 1, z: 2, yaw: 3, pitch: 4, roll: 5 });
  const hands = (x: number) => ({ head: pose(x), left: pose(x + 1), right: pose(x + 2) });
  const frames = () => line().sent.filter((each): each is Uint8Array => typeof each !== 'string');

  it('what is sent are frames that the wire names, to the last byte, and no more often than ticks', async () => {
    const one = await inside();
    const before = frames().length;
    for (let at = 0; at < 40; at++) {
      line().frame({ tick: 2 + at });
      one.wear({ hands: hands(at) });
      one.intend({ yaw: at / 7 });
      await pass(25);
    }
    const sent = frames().slice(before);
    expect(sent.length).toBeGreaterThan(15);
    expect(sent.length).toBeLessThanOrEqual(20);
    for (const bytes of sent) {
      const read = decodeMove(bytes);
      expect([bytes[0], bytes.length, read.hands !== null]).toEqual([0x12, 26, true]);
      expect(read.move.state & 0b10_0000).toBe(0b10_0000);
      expect([...encodeMove(read.move, read.hands!)]).toEqual([...bytes]);
    }
    expect(decodeMove(sent.at(-1)!).hands).toEqual(hands(39));
    // and of all this nothing is told in words
    expect(line().asks).toEqual([]);
  });

  it('hands that rest are not repeated more than once a second, and with the glasses off nothing of them is sent', async () => {
    const one = await inside();
    one.wear({ hands: hands(1) });
    await pass(100);
    const before = frames().length;
    for (let at = 0; at < 19; at++) {
      line().frame({ tick: 2 + at });
      await pass(50);
    }
    expect(frames().length - before).toBeLessThanOrEqual(1);
    one.wear({ hands: null });
    await pass(50);
    expect([frames().at(-1)![0], frames().at(-1)!.length, decodeMove(frames().at(-1)!).move.state]).toEqual([0x11, 8, 32]);
    one.wear(null);
    await pass(50);
    expect(decodeMove(frames().at(-1)!).move.state).toBe(0);
  });

  it("others' hands are heard with their place", async () => {
    const one = await inside();
    const seen = [{ slot: 2, x: 1, y: 0, z: 1, yaw: 0, gesture: 'none', jogging: false, speaking: false, in_xr: true, walking: false }] as State['seen'];
    line().frame({ tick: 2, seen });
    line().onmessage?.({ data: encode({ kind: 'hands', of: [{ slot: 2, hands: hands(10) }] }).buffer });
    expect(one.others.find(2, performance.now() + 50)?.held?.left.x).toBeCloseTo(0.165);
    await pass(600);
    expect([...one.calm!.in_xr]).toEqual([2]);
  });
});

describe('who is here', () => {
  it('follows entering, changing and leaving', async () => {
    const one = await inside();
    line().tell({ kind: 'entered', slot: 3, who: who('anan') });
    expect(one.cue).toEqual({ kind: 'entered', who: who('anan') });
    line().tell({ kind: 'changed', slot: 3, who: { ...who('anan'), name: 'Anan' } });
    expect(one.people.get(3)?.name).toBe('Anan');
    line().tell({ kind: 'left', slot: 3 });
    line().tell({ kind: 'count', count: 5 });
    expect([one.people.has(3), one.count]).toEqual([false, 5]);
  });

  it('asks who a stranger in view is, once', async () => {
    const one = await inside();
    const seen = [{ slot: 9, x: 1, y: 0, z: 1, yaw: 0, gesture: 'none', jogging: false, speaking: false, in_xr: false, walking: false }] as State['seen'];
    await pass(1000);
    line().frame({ tick: 2, seen });
    line().frame({ tick: 3, seen });
    expect(line().asks).toEqual([{ kind: 'who', slots: [9] }]);
    line().tell({ kind: 'entered', slot: 9, who: who('far') });
    expect([one.people.get(9)?.name, one.cue]).toEqual(['far', { kind: 'here' }]);
  });

  it('a blocked one is gone, with what they said', async () => {
    const one = await inside({ said: [{ id: 1, slot: 2, who: who('malee'), text: 'x', at: '2026-11-22T10:00:00Z' }] });
    one.block(who('malee'));
    line().tell({ kind: 'blocked', persona: 'malee' });
    expect([one.people.size, one.said.length, one.blocked.get('malee')?.name]).toEqual([0, 0, 'malee']);
    line().tell({ kind: 'unblocked', persona: 'malee' });
    expect(one.blocked.size).toBe(0);
  });
});

it('what I say is neither empty nor longer than the space takes', async () => {
  const one = await inside();
  expect([one.say('  '), one.say('ก'.repeat(501)), one.say(' สวัสดี ')]).toEqual([false, false, true]);
  expect(line().asks).toEqual([{ kind: 'say', text: 'สวัสดี' }]);
});

it('a bump is said once, not twenty times a second', async () => {
  const one = await inside();
  const cues: unknown[] = [];
  for (let tick = 2; tick < 42; tick++) {
    line().frame({ tick, bumped: true });
    if (one.cue !== cues.at(-1)) cues.push(one.cue);
    await pass(50);
  }
  expect(cues).toEqual([{ kind: 'bumped' }]);
});

it('bytes that are no frame, and words that are no message, do no harm', async () => {
  const one = await inside();
  line().onmessage?.({ data: new Uint8Array([0x21, 1]).buffer });
  line().onmessage?.({ data: '{"kind":' });
  line().onmessage?.({ data: '{"kind":"dance"}' });
  expect(one.phase).toBe('here');
});
