import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Captions, type CaptionTold } from './captions.svelte';

const who = (persona: string) => ({ persona, name: persona, look: '' });
const said = (persona: string, text: string): CaptionTold => ({ kind: 'caption', slot: 2, who: who(persona), text, at: '2026-01-01T00:00:00Z', lang: 'th' });

beforeEach(() => {
  vi.useFakeTimers();
  localStorage.clear();
});
afterEach(() => vi.useRealTimers());

it('asks for captions of my voice and has them only once the space says so', () => {
  const send = vi.fn(() => true);
  const captions = new Captions(send);
  captions.want(true, 'th');
  expect(send).toHaveBeenCalledWith({ kind: 'captions', mine: true, lang: 'th' });
  expect(captions.on.size).toBe(0);
  captions.told({ kind: 'captions', on: [3, 9] });
  expect([...captions.on]).toEqual([3, 9]);
  captions.reset();
  expect(captions.on.size).toBe(0);
});

it('shows the last three for a quarter of a minute, and keeps fifty to be read again', () => {
  const captions = new Captions(() => true);
  for (let n = 0; n < 60; n += 1) captions.told(said('ann', `${n}`));
  expect(captions.recent.map((each) => each.text)).toEqual(['57', '58', '59']);
  expect(captions.lines).toHaveLength(50);
  vi.advanceTimersByTime(16_000);
  expect(captions.recent).toEqual([]);
  expect(captions.lines).toHaveLength(50);
});

it('says where a caption is missing, and shows nothing more of a persona that was blocked', () => {
  const captions = new Captions(() => true);
  captions.told({ kind: 'caption_missed', slot: 2, who: who('ann'), at: '', why: 'behind' });
  captions.told(said('ben', 'hello'));
  expect(captions.lines.map((each) => each.why)).toEqual(['behind', undefined]);
  captions.forget('ann');
  expect([captions.lines, captions.recent].map((each) => each.map((line) => line.who.persona))).toEqual([['ben'], ['ben']]);
});

it('remembers in this browser that I do not want to see them', () => {
  new Captions(() => true).show(false);
  expect(new Captions(() => true).shown).toBe(false);
});
