import { Quaternion, Vector3 } from 'three';
import { expect, it } from 'vitest';
import type { Presence } from '../presence.svelte';
import { Leash, linesOf, Subtitles } from './subtitles';

it('captions stay where they hang while the head looks about, and come along when it turns away', () => {
  const leash = new Leash();
  expect(leash.follow(1, 0.1, false)).toBe(1);
  for (const head of [1.3, 0.7, 1.2]) expect(leash.follow(head, 0.1, false), 'a glance').toBe(1);
  let yaw = 1;
  for (let frame = 0; frame < 90; frame += 1) yaw = leash.follow(2.5, 1 / 60, false);
  expect(yaw).toBeCloseTo(2.5, 1);
  const still = new Leash();
  still.follow(2.9, 0.1, true);
  expect(still.follow(-2.9, 0.1, true), 'the short way round, at once').toBeCloseTo(-2.9);
});

it('of much that is said the end is shown', () => {
  const lines = linesOf(['Ann: one two three four five six', 'Bo: yes'], 12, (piece) => piece.length, 'en');
  expect(lines.length).toBe(4);
  expect(lines.at(-1)?.trim()).toBe('Bo: yes');
  expect(lines.every((each) => each.trim().length <= 12)).toBe(true);
});

it('names who speaks, leaves out who was muted, and hides when captions are off or nobody speaks', () => {
  const who = (persona: string) => ({ persona, name: persona, look: '' });
  const line = (id: number, slot: number, persona: string, text: string) => ({ id, slot, who: who(persona), at: '', text });
  const presence = {
    space: { captions: true },
    slot: 3,
    muted: new Set(['rude']),
    captions: { shown: true, recent: [line(1, 5, 'dao', 'สวัสดี'), line(2, 6, 'rude', 'x'), line(3, 3, 'me', 'hello')] },
  };
  const subtitles = new Subtitles(({ name }) => ({ name: name.toUpperCase() }));
  const head = { at: new Vector3(0, 1.6, 0), turn: new Quaternion() };
  const show = (): void => subtitles.show(presence as unknown as Presence, head, 0.1, false, 'th');
  show();
  expect(subtitles.mesh.visible).toBe(true);
  expect(subtitles.told[0]).toBe('DAO: สวัสดี');
  expect(subtitles.told).toHaveLength(2);
  expect(subtitles.told[1]).toMatch(/: hello$/);
  const { x, y, z } = subtitles.mesh.position;
  expect([x, y < 1.6, z < -1.5]).toEqual([0, true, true]);
  presence.captions.shown = false;
  show();
  expect([subtitles.told, subtitles.mesh.visible]).toEqual([[], false]);
  subtitles.dispose();
});
