import { flushSync } from 'svelte';
import { beforeAll, expect, it, vi } from 'vitest';
import { open, speak } from '../../i18n/index.svelte';
import { show } from '../../ui/mounted.testing';
import { Presence } from '../../world/presence.svelte';
import type { Fixture, Space } from '../../world/space';
import FixtureSheet from './FixtureSheet.svelte';

beforeAll(async () => {
  await speak('en');
  await open('world');
});
const both = (text: string) => ({ th: text, en: text });
const fixture = (more: Partial<Fixture>): Fixture => ({
  ...{ id: 'board', kind: 'board', at: [5, 2], y: 1, yaw: 180, title: both('Live board'), text: both('Dust and rain'), name: both('Board'), page: '/streams' },
  ...more,
});
const space = {
  ...{ id: 'hall', title: both('Hall'), about: both('A hall'), scene: 'hall', size: [20, 20], capacity: 10, walls: [], floors: [] },
  ...{ spawns: [{ at: [5, 5], yaw: 0 }], fixtures: [] },
} as unknown as Space;

it('says what a thing is and where that is from, opens its page by a link, takes the focus and gives it up at Escape', () => {
  const onclose = vi.fn();
  const shown = show(FixtureSheet, { presence: new Presence(space), fixture: fixture({}), onclose });
  flushSync();
  const dialog = shown.querySelector('[role="dialog"]')!;
  expect(dialog.textContent).toContain('Dust and rain');
  expect(dialog.querySelector(`#${dialog.getAttribute('aria-labelledby')}`)?.textContent).toBe('Live board');
  expect(document.activeElement?.textContent).toBe('Live board');
  expect([...dialog.querySelectorAll('a')].map((each) => each.getAttribute('href'))).toEqual(['/api/v1/spaces/hall', '/streams']);
  dialog.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true, shiftKey: true }));
  expect(onclose).not.toHaveBeenCalled();
  dialog.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
  expect(onclose).toHaveBeenCalledOnce();
});

it('of a plaque there is no page to open, and beside glasses it takes no focus', () => {
  const before = document.activeElement;
  const shown = show(FixtureSheet, { presence: new Presence(space), fixture: fixture({ page: null, kind: 'plaque' }), quiet: true, onclose: () => undefined });
  flushSync();
  expect([...shown.querySelectorAll('a')].map((each) => each.getAttribute('href'))).toEqual(['/api/v1/spaces/hall']);
  expect(document.activeElement === before || document.activeElement === document.body).toBe(true);
});
