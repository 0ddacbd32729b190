import { flushSync, mount, unmount, type Component } from 'svelte';
import { afterEach } from 'vitest';

/** Puts a part on a page of its own and takes it off after the test. Used by tests only. */
const shown: Record<string, unknown>[] = [];

export function show<Props extends Record<string, unknown>>(part: Component<Props>, props: Props): HTMLElement {
  shown.push(mount(part, { target: document.body, props }));
  flushSync();
  return document.body;
}

afterEach(() => {
  for (const part of shown.splice(0)) void unmount(part);
  document.body.replaceChildren();
});

export function press(target: Element, key: string): void {
  target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
  flushSync();
}

export function click(target: Element | null | undefined): void {
  (target as HTMLElement).click();
  flushSync();
}
