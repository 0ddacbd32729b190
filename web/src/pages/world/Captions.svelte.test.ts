import { flushSync } from 'svelte';
import { beforeAll, expect, it } from 'vitest';
import { open, speak } from '../../i18n/index.svelte';
import { show } from '../../ui/mounted.testing';
import { Presence } from '../../world/presence.svelte';
import type { Space } from '../../world/space';
import Captions from './Captions.svelte';

const both = (text: string) => ({ th: text, en: text });
const space: Space = {
  ...{ id: 'hall', title: both('The hall'), about: both('A hall'), scene: 'hall', size: [20, 20] as [number, number], capacity: 10 },
  ...{ walls: [], floors: [], spawns: [{ at: [5, 5] as [number, number], yaw: 0 }], fixtures: [], voice: 'near', captions: { operator: both('Office') } },
};

beforeAll(async () => {
  await speak('en');
  await open('world');
});

it('shows the last three over the picture, mine as mine, and nothing while nobody speaks', () => {
  const presence = new Presence(space);
  presence.slot = 7;
  const page = show(Captions, { presence, over: true });
  const log = page.querySelector('[role=log]');
  expect([log?.getAttribute('aria-live'), log?.textContent.trim()]).toEqual(['polite', '']);
  for (const [slot, text] of [[1, 'one'], [1, 'two'], [7, 'three'], [1, 'four']] as const) {
    presence.captions.told({ kind: 'caption', slot, who: { persona: `p${slot}`, name: 'Malee', look: '' }, text, at: '2026-11-22T03:00:00Z', lang: 'th' });
  }
  flushSync();
  expect([...page.querySelectorAll('p')].map((each) => each.textContent.replace(/\s+/g, ' ').trim())).toEqual(['Malee: two', 'You: three', 'Malee: four']);
  presence.captions.show(false);
  flushSync();
  expect(page.querySelector('[role=log]')).toBeNull();
  presence.captions.show(true);
});

it('is not there where there is no speech server', () => {
  const { captions: _none, ...plain } = space;
  expect(show(Captions, { presence: new Presence(plain) }).querySelector('[role=log]')).toBeNull();
});
