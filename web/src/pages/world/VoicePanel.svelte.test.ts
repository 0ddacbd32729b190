import { flushSync } from 'svelte';
import { beforeAll, expect, it, vi } from 'vitest';
import { open, speak } from '../../i18n/index.svelte';
import { click, show } from '../../ui/mounted.testing';
import { Presence } from '../../world/presence.svelte';
import type { Space } from '../../world/space';
import VoicePanel from './VoicePanel.svelte';

const both = (text: string) => ({ th: text, en: text });
const space: Space = {
  ...{ id: 'hall', title: both('The hall'), about: both('A hall'), scene: 'hall', size: [20, 20] as [number, number], capacity: 10 },
  ...{ walls: [], floors: [], spawns: [{ at: [5, 5] as [number, number], yaw: 0 }], fixtures: [], voice: 'near' },
};

beforeAll(async () => {
  await speak('en');
  await open('world');
});

it('asks nothing of the microphone until its own button is pressed, and listening comes first', () => {
  const asked = vi.fn(() => Promise.reject(new Error('no')));
  vi.stubGlobal('navigator', { ...navigator, mediaDevices: { getUserMedia: asked } });
  const presence = new Presence(space);
  const page = show(VoicePanel, { presence });
  expect(page.textContent).toContain('Nothing is recorded');
  expect(page.textContent).not.toContain('Turn on the microphone');
  presence.voice.phase = 'on';
  flushSync();
  expect(asked).not.toHaveBeenCalled();
  click([...page.querySelectorAll('button')].find((each) => each.textContent.includes('Turn on the microphone')));
  expect(asked).toHaveBeenCalledOnce();
  vi.unstubAllGlobals();
});

it('lists who speaks by name, and sets the loudness of each', () => {
  const presence = new Presence(space);
  const page = show(VoicePanel, { presence });
  presence.voice.phase = 'on';
  presence.voice.speaking = [{ slot: 2, who: { persona: 'malee', name: 'Malee', look: '/x.vrm' } }];
  flushSync();
  const list = page.querySelector('ul');
  expect(list?.textContent).toContain('Malee');
  expect(list?.getAttribute('aria-live')).toBe('polite');
  presence.voice.speaking = [];
  flushSync();
  expect(list?.textContent).toContain('Nobody');
});

it('names who runs the speech server before captions of my voice are switched on, and says for whom they are', () => {
  const presence = new Presence({ ...space, captions: { operator: { th: 'สำนักดิจิทัล', en: 'Digital office' } } });
  const page = show(VoicePanel, { presence });
  const checks = () => [...page.querySelectorAll('label')].map((each) => each.textContent.trim());
  expect(checks()).toEqual(['Show captions']);
  presence.voice.phase = 'on';
  presence.slot = 1;
  flushSync();
  expect(checks()).toContain('Captions of my voice');
  expect(page.textContent).toContain('speech server of Digital office');
  expect(page.textContent).not.toContain('are on');
  const asked = vi.spyOn(presence.captions, 'want');
  click([...page.querySelectorAll('label')].find((each) => each.textContent.includes('Captions of my voice'))?.control);
  expect(asked).toHaveBeenCalledWith(true, 'en');
  presence.captions.told({ kind: 'captions', on: [1, 2] });
  flushSync();
  expect(page.textContent).toContain('Captions of your voice are on.');
  expect(page.textContent).toContain('Captions are on for Someone');
});

it('says nothing of captions where there is no speech server', () => {
  expect(show(VoicePanel, { presence: new Presence(space) }).textContent).not.toContain('aption');
});
