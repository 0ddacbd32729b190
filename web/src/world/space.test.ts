import { expect, it } from 'vitest';
import { bearing, compassOf, fixtureAhead, nearest, type Space } from './space';
import { Comfort } from './comfort.svelte';

const text = { th: 'x', en: 'x' };
const fixture = (id: string, x: number, z: number) => ({ id, kind: 'board', at: [x, z] as [number, number], y: 1, yaw: 0, title: text, name: text, page: '/' });
const space = { fixtures: [fixture('north', 10, 7), fixture('east', 12, 10), fixture('far', 10, 0)] } as unknown as Space;

it('what lies before one, near enough, is what Enter opens', () => {
  const at = { x: 10, z: 10 };
  expect(fixtureAhead(space, at, 0)?.id).toBe('north');
  expect(fixtureAhead(space, at, Math.PI / 2)?.id).toBe('east');
  expect(fixtureAhead(space, at, Math.PI)).toBeNull();
  expect(fixtureAhead(space, { x: 10, z: 5.5 }, 0)).toBeNull();
  expect(fixtureAhead(space, { x: 10, z: 7.2 }, Math.PI)?.id).toBe('north');
});

it('directions are told as on a map: north is up, clockwise', () => {
  const at = { x: 0, z: 0 };
  expect(compassOf(bearing(at, { x: 0, z: -1 }))).toBe('n');
  expect(compassOf(bearing(at, { x: 1, z: 0 }))).toBe('e');
  expect(compassOf(bearing(at, { x: -1, z: 1 }))).toBe('sw');
  expect(nearest(space, { x: 11.8, z: 10 })?.fixture.id).toBe('east');
});

it('how one likes to move is kept, and nonsense in the store is not believed', () => {
  localStorage.setItem('sala.comfort', '{"view":"sideways","snap":"yes","pace":"slow","names":false}');
  const comfort = new Comfort();
  expect([comfort.view, comfort.snap, comfort.pace, comfort.names]).toEqual(['third', false, 'slow', false]);
  comfort.set('view', 'first');
  expect(new Comfort().view).toBe('first');
  localStorage.setItem('sala.comfort', '[');
  expect(new Comfort().view).toBe('third');
  localStorage.clear();
});
