import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { live } from './live.svelte';
import type { WindowEvent } from './types';

class Source extends EventTarget {
  static readonly CLOSED = 2;
  static all: Source[] = [];
  readyState = 1;
  closed = false;
  onopen?: () => void;
  onerror?: () => void;
  constructor(readonly url: string) {
    super();
    Source.all.push(this);
  }
  close(): void {
    this.closed = true;
  }
  say(name: string, data: object): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data) }));
  }
}
const last = (): Source => Source.all.at(-1) as Source;

beforeEach(() => {
  Source.all = [];
  vi.useFakeTimers();
  vi.stubGlobal('EventSource', Source);
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('opens one connection for all listeners and closes it after the last', () => {
  const heard: WindowEvent[] = [];
  const stops = [live.on('window', (event) => heard.push(event)), live.on('head', () => undefined)];
  expect(Source.all).toHaveLength(1);
  expect(last().url).toBe('/api/v1/live');
  last().onopen?.();
  expect(live.state).toBe('live');
  last().say('window', { series: 's', end: '2026-01-01T00:00:00Z' });
  expect(heard).toHaveLength(1);
  expect(live.event_time).toBe('2026-01-01T00:00:00Z');
  for (const stop of stops) stop();
  expect(last().closed).toBe(true);
  expect(live.state).toBe('off');
});

it('says that the connection is lost, and opens a new one when the browser gave up', () => {
  const stop = live.on('head', () => undefined);
  last().onerror?.();
  expect(live.state).toBe('lost');
  expect(Source.all).toHaveLength(1);
  last().readyState = Source.CLOSED;
  last().onerror?.();
  vi.advanceTimersByTime(1000);
  expect(Source.all).toHaveLength(2);
  last().onopen?.();
  expect(live.state).toBe('live');
  stop();
});
