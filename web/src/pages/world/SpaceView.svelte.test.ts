import { flushSync } from 'svelte';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { here } from '../../api/session.svelte';
import type { Session } from '../../api/types';
import { open, speak } from '../../i18n/index.svelte';
import { place } from '../../router.svelte';
import { click, show } from '../../ui/mounted.testing';
import { Presence } from '../../world/presence.svelte';
import type { Space } from '../../world/space';
import { encode } from '../../world/wire';
import SpaceView from './SpaceView.svelte';

class Line {
  static readonly OPEN = 1;
  static last: Line | undefined;
  readyState = 1;
  bufferedAmount = 0;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  asks: { kind: string; [key: string]: unknown }[] = [];
  constructor() {
    Line.last = this;
  }
  send(data: unknown): void {
    if (typeof data === 'string') this.asks.push(JSON.parse(data) as { kind: string });
  }
  close(): void {
    this.readyState = 3;
  }
  tell(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) });
    flushSync();
  }
}

const both = (text: string) => ({ th: text, en: text });
const space: Space = {
  ...{ id: 'hall', title: both('The hall'), about: both('A hall'), scene: 'hall', size: [20, 20] as [number, number], capacity: 10 },
  ...{ walls: [], floors: [], spawns: [{ at: [5, 5] as [number, number], yaw: 0 }] },
  fixtures: [
    { id: 'board', kind: 'board', at: [5, 2], y: 1, yaw: 180, title: both('Live board'), text: both('Dust and rain'), name: both('Board'), page: '/' },
    { id: 'record', kind: 'record', at: [9, 2], y: 1, yaw: 180, title: both('Public record'), text: both(''), name: both('Record'), page: '/record' },
  ],
};
const who = (persona: string, more: object = {}) => ({ persona, name: persona, look: '/x.vrm', ...more });
const welcome = {
  ...{ kind: 'welcome', slot: 1, token: 'secret', tick_ms: 50, tick: 1, you: who('me'), count: 3, said: [], blocked: [], bubble_m: 1, resumed: false },
  here: [
    { slot: 2, who: who('Malee') },
    { slot: 3, who: { persona: 'o', name: '', look: '/o.vrm', badge: { office: 'bma', title: both('Drainage office') } } },
  ],
};

let replies: Record<string, () => Response>;
const json = (body: unknown, status = 200) => new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
const settle = async (): Promise<void> => {
  for (let at = 0; at < 8; at++) await new Promise((done) => setTimeout(done, 0));
  flushSync();
};

beforeAll(async () => {
  await speak('en');
  await open('world');
});
beforeEach(() => {
  // nobody stands aside from one test to the next
  Presence.in({ ...space, id: 'elsewhere' });
  sessionStorage.clear();
  Line.last = undefined;
  here.session = { kind: 'citizen', name: 'Somchai', persona: 'me' } as unknown as Session;
  replies = { '/api/v1/session/tickets': () => json({ ticket: 't' }, 201) };
  vi.stubGlobal('WebSocket', Line);
  vi.stubGlobal('fetch', (url: string, init: RequestInit) => {
    asked.push([url, String(init.body ?? '')]);
    return Promise.resolve(replies[url]?.() ?? json({ code: 'not_found', status: 404 }, 404));
  });
  asked.length = 0;
  place.go('/spaces/hall', { replace: true });
});
const asked: [string, string][] = [];
afterEach(() => vi.unstubAllGlobals());

const button = (page: Element, name: RegExp): HTMLButtonElement | undefined =>
  [...page.querySelectorAll('button')].find((each) => name.test(each.textContent.replace(/\s+/g, ' ').trim()));
async function inside(): Promise<HTMLElement> {
  place.go('/spaces/hall?view=page', { replace: true });
  const page = show(SpaceView, { space });
  await settle();
  Line.last?.tell(welcome);
  return page;
}

it('shows a visitor what is here and where to sign in, and enters nobody', async () => {
  here.session = { kind: 'visitor' } as unknown as Session;
  const page = show(SpaceView, { space });
  await settle();
  expect(page.querySelector('a[href="/sign-in"]')).not.toBeNull();
  expect([...page.querySelectorAll('a.door')].map((each) => each.getAttribute('href'))).toEqual(expect.arrayContaining(['/', '/record']));
  expect(button(page, /Go there/)).toBeUndefined();
  expect(Line.last).toBeUndefined();
});

it('enters nobody who only opened the address, until they ask to', async () => {
  const page = show(SpaceView, { space });
  await settle();
  expect(Line.last).toBeUndefined();
  click(button(page, /Enter as a page/));
  await settle();
  expect(Line.last).toBeDefined();
});

it('says who is here, officers by their badge, and walks to them', async () => {
  const page = await inside();
  const people = [...page.querySelectorAll('.person')].map((each) => each.querySelector('.who')?.textContent.replace(/\s+/g, ' ').trim());
  expect(people).toEqual(['Malee out of view from here', 'Drainage office Officer out of view from here']);
  click(button(page, /^Go to Malee/));
  expect(Line.last?.asks).toEqual([{ kind: 'go', slot: 2 }]);
});

it('each thing opens its own page and can be walked to', async () => {
  const page = await inside();
  expect(page.querySelector('a[href="/record"]')?.textContent).toBe('Open Public record');
  click(button(page, /^Go there Live board/));
  expect(Line.last?.asks).toEqual([{ kind: 'go', fixture: 'board' }]);
  Line.last?.tell({ kind: 'arrived', fixture: 'board' });
  expect(page.querySelector('[role=status][aria-live=polite]')?.textContent).toBe('You have arrived at Live board');
});

it('tells where I am, and that I bumped, without a picture', async () => {
  const page = await inside();
  Line.last?.onmessage?.({
    data: encode({ kind: 'state', tick: 2, ack: 0, x: 5, y: 0, z: 4, bumped: true, stopped_at_bubble: false, on_way: false, seen: [], gone: [] }).buffer,
  });
  await new Promise((done) => setTimeout(done, 650));
  flushSync();
  expect(page.textContent).toContain('You are near Live board, 2 m away, facing north');
  expect(page.querySelector('[role=status][aria-live=polite]')?.textContent).toBe('You bumped into a wall');
});

it('reads out captions, says where one is missing and whose voice they are of, and nothing more of whom I mute or block', async () => {
  place.go('/spaces/hall?view=page', { replace: true });
  const page = show(SpaceView, { space: { ...space, voice: 'near', captions: { operator: both('Digital office') } } });
  await settle();
  Line.last?.tell(welcome);
  const log = () => [...page.querySelectorAll('[role=log]')].find((each) => each.getAttribute('aria-label') === 'Captions')?.textContent ?? '';
  expect(log()).toContain('No captions yet');
  Line.last?.tell({ kind: 'captions', on: [2] });
  expect(page.textContent).toContain('Captions are on for Malee, by the speech server of Digital office.');
  const at = '2026-11-22T03:00:00Z';
  Line.last?.tell({ kind: 'caption', slot: 2, who: who('Malee'), text: 'น้ำลดแล้ว', at, lang: 'th' });
  Line.last?.tell({ kind: 'caption_missed', slot: 2, who: who('Malee'), at, why: 'behind' });
  expect(log()).toMatch(/Malee:\s*น้ำลดแล้ว\s*Malee:\s*No caption here: the speech server is behind/);
  expect(page.querySelector('.captions [lang=th]')?.textContent).toBe('น้ำลดแล้ว');
  click(button(page, /^Mute$/));
  expect(log()).toContain('No captions yet');
  click(button(page, /^Unmute$/));
  expect(log()).toContain('น้ำลดแล้ว');
  Line.last?.tell({ kind: 'blocked', persona: 'Malee' });
  expect(log()).not.toContain('น้ำลดแล้ว');
});

it('says what I write, and reads out what others say', async () => {
  const page = await inside();
  const field = page.querySelector('textarea') as HTMLTextAreaElement;
  field.value = 'Hello';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
  flushSync();
  expect([Line.last?.asks, field.value]).toEqual([[{ kind: 'say', text: 'Hello' }], '']);
  Line.last?.tell({ kind: 'said', id: 1, slot: 2, who: who('Malee'), text: 'Good morning', at: '2026-11-22T03:00:00Z' });
  expect(page.querySelector('[role=log]')?.textContent).toContain('Good morning');
  click(button(page, /^Mute$/));
  expect(page.querySelector('[role=log]')?.textContent).not.toContain('Good morning');
});

it('blocks after asking once, and takes it back', async () => {
  const page = await inside();
  click(button(page, /^Block$/));
  expect(Line.last?.asks).toEqual([]);
  click(button(page.querySelector('dialog') as Element, /^Block$/));
  expect(Line.last?.asks).toEqual([{ kind: 'block', persona: 'Malee' }]);
  Line.last?.tell({ kind: 'blocked', persona: 'Malee' });
  expect(page.querySelectorAll('.person')).toHaveLength(1);
  click(button(page, /^Unblock$/));
  expect(Line.last?.asks.at(-1)).toEqual({ kind: 'unblock', persona: 'Malee' });
});

it('asks for the code of conduct before the first entrance, and enters once it is accepted', async () => {
  const rules = [{ id: 'a', title: both('Respect'), text: both('Be kind') }];
  replies['/api/v1/conduct'] = () => json({ version: '2', title: both('Code'), rules, accepted: false });
  replies['/api/v1/conduct/acceptances'] = () => new Response(null, { status: 204 });
  place.go('/spaces/hall?view=page', { replace: true });
  const page = show(SpaceView, { space });
  await settle();
  Line.last?.tell({ kind: 'bye', problem: { status: 409, code: 'conduct_not_accepted', title: 'x' } });
  await settle();
  expect(page.textContent).toContain('Be kind');
  const refused = Line.last;
  click(button(page, /Accept and enter/));
  await settle();
  expect(asked).toContainEqual(['/api/v1/conduct/acceptances', '{"version":"2"}']);
  expect(Line.last).not.toBe(refused);
  Line.last?.tell(welcome);
  expect(page.querySelector('[role=log]')).not.toBeNull();
});

it('is left at once by Shift and Escape', async () => {
  const page = await inside();
  dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', shiftKey: true, cancelable: true }));
  flushSync();
  expect(Line.last?.readyState).toBe(3);
  expect(page.textContent).toContain('You have left');
});

it('a cut line is told, with a way to try at once', async () => {
  const page = await inside();
  const first = Line.last;
  first?.onclose?.();
  flushSync();
  expect(page.textContent).toContain('Connecting again');
  click(button(page, /Try now/));
  await settle();
  expect(Line.last).not.toBe(first);
});

it('without WebGL the picture says so and the lists stay', async () => {
  vi.stubGlobal('WebGL2RenderingContext', undefined);
  place.go('/spaces/hall?view=3d', { replace: true });
  const page = show(SpaceView, { space });
  await settle();
  Line.last?.tell(welcome);
  await settle();
  expect(page.querySelector('.poster')?.textContent).toContain('can’t show 3D');
  expect(page.querySelector('a[href="/record"]')).not.toBeNull();
});

it('a report counts as sent only once the space took it', async () => {
  const page = await inside();
  click(button(page, /^Report$/));
  const dialog = page.querySelector('dialog') as Element;
  click(button(dialog, /Send the report/));
  expect([Line.last?.asks, dialog.textContent.includes('Write in a few words')]).toEqual([[], true]);
  const why = dialog.querySelector('textarea') as HTMLTextAreaElement;
  why.value = 'Follows me';
  why.dispatchEvent(new Event('input', { bubbles: true }));
  flushSync();
  click(button(dialog, /Send the report/));
  expect(Line.last?.asks).toEqual([{ kind: 'report', persona: 'Malee', why: 'Follows me' }]);
  expect(dialog.textContent).not.toContain('The report is sent');
  Line.last?.tell({ kind: 'notice', problem: { status: 429, code: 'too_many_open_reports', title: 'Enough reports', detail: 'Wait' } });
  expect(dialog.textContent).toContain('Enough reports');
  click(button(dialog, /Send the report/));
  Line.last?.tell({ kind: 'reported', report: 'report_1' });
  expect(dialog.textContent).toContain('The report is sent');
});
