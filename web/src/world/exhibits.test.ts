import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Run } from '../api/types';
import { Exhibits, judgedOf } from './exhibits';
import type { Fixture } from './space';

const asked: string[] = [];
let fails = false;
vi.mock('../api/client', () => ({
  segment: encodeURIComponent,
  address: (path: string) => path,
  get: (path: string) => {
    asked.push(path);
    return fails ? Promise.reject(new Error('down')) : Promise.resolve(path.endsWith('/runs') ? { items: [], next: null } : { id: path });
  },
}));
let told: ((run: { measure: string }) => void) | null = null;
const stopped = vi.fn();
vi.mock('../api/live.svelte', () => ({
  live: {
    on: (_: string, listener: (run: { measure: string }) => void) => {
      told = listener;
      return stopped;
    },
  },
}));
const stand = (id: string, page: string): Fixture => ({ id, kind: 'measure', at: [0, 0], y: 0, yaw: 0, title: { th: id, en: id }, name: { th: id, en: id }, page });

beforeEach(() => {
  vi.useFakeTimers();
  asked.length = 0;
  fails = false;
});
afterEach(() => vi.useRealTimers());

it('tells the newest run that was judged, also when later ones were not yet', () => {
  const run = (id: string, effect: unknown): Run => ({ id, effect }) as unknown as Run;
  expect(judgedOf([run('c', null), run('b', { estimate: 2 }), run('a', { estimate: 1 })])?.run.id).toBe('b');
  expect(judgedOf([run('a', null)])).toBeNull();
});

it('shows each stand once it is known, asks again only for what acted, and tries again what failed', async () => {
  const show = vi.fn();
  const exhibits = new Exhibits(show);
  fails = true;
  exhibits.start([stand('one', '/measures/health.dengue'), stand('two', '/measures/signals.adaptive'), stand('none', '/record')]);
  await vi.advanceTimersByTimeAsync(10);
  expect(show).not.toHaveBeenCalled();
  fails = false;
  await vi.advanceTimersByTimeAsync(4000);
  expect(show.mock.calls.map(([fixture]) => fixture as string)).toEqual(['one', 'two']);
  asked.length = 0;
  await vi.advanceTimersByTimeAsync(8000);
  expect(asked).toEqual([]);
  told?.({ measure: 'signals.adaptive' });
  await vi.advanceTimersByTimeAsync(4000);
  expect(asked).toEqual(['/measures/signals.adaptive', '/measures/signals.adaptive/runs']);
  expect(show).toHaveBeenCalledTimes(2);
  exhibits.stop();
  expect(stopped).toHaveBeenCalledOnce();
  told?.({ measure: 'signals.adaptive' });
  asked.length = 0;
  await vi.advanceTimersByTimeAsync(8000);
  expect(asked).toEqual([]);
});
