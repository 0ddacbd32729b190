import { untrack } from 'svelte';
import { address } from './client';
import type { LiveEvents } from './types';

type Name = keyof LiveEvents;
type Listener = (event: never) => void;
const names: Name[] = ['window', 'insight', 'run', 'act', 'lever', 'head', 'impact'];

/**
 * One EventSource for all pages: opened by the first listener, closed after the last.
 * The browser reconnects by itself and sends Last-Event-ID; only when it gives up do we open a new one.
 */
class Live {
  state = $state<'off' | 'connecting' | 'live' | 'lost'>('off');
  event_time = $state<string | null>(null);
  heard_at = $state<string | null>(null);
  #source: EventSource | undefined;
  #listeners = new Map<Name, Set<Listener>>();
  #retry_ms = 1000;

  on<N extends Name>(name: N, listener: (event: LiveEvents[N]) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set<Listener>();
    set.add(listener);
    this.#listeners.set(name, set);
    // pages listen from within effects, which must not come to depend on our state
    if (!this.#source) untrack(() => this.#open());
    return () => {
      set.delete(listener);
      if (this.#count() === 0) this.#close();
    };
  }

  #count(): number {
    let sum = 0;
    for (const set of this.#listeners.values()) sum += set.size;
    return sum;
  }

  #open(): void {
    if (typeof EventSource === 'undefined') return;
    if (this.state === 'off') this.state = 'connecting';
    const source = new EventSource(address('/live'));
    this.#source = source;
    source.onopen = () => {
      this.state = 'live';
      this.#retry_ms = 1000;
    };
    source.onerror = () => {
      if (this.#source !== source) return;
      this.state = 'lost';
      if (source.readyState === EventSource.CLOSED) this.#reopen_later();
    };
    for (const name of names) source.addEventListener(name, (event) => this.#hear(name, event));
  }

  #hear(name: Name, event: MessageEvent<string>): void {
    const data = JSON.parse(event.data) as LiveEvents[Name];
    this.heard_at = new Date().toISOString();
    if (name === 'window') {
      const { end } = data as LiveEvents['window'];
      if (!this.event_time || end > this.event_time) this.event_time = end;
    }
    for (const listener of this.#listeners.get(name) ?? []) listener(data as never);
  }

  #reopen_later(): void {
    setTimeout(() => {
      this.#source = undefined;
      if (this.#count() > 0) this.#open();
    }, this.#retry_ms);
    this.#retry_ms = Math.min(this.#retry_ms * 2, 30_000);
  }

  #close(): void {
    this.#source?.close();
    this.#source = undefined;
    this.state = 'off';
  }
}

export const live = new Live();
