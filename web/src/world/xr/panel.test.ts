import { Vector2 } from 'three';
import { expect, it } from 'vitest';
import { Panel } from './panel';

it('each choice has a place of its own, and what lies between them is none', () => {
  const panel = new Panel();
  const choices = ['open', 'go', 'close', 'leave'].map((id) => ({ id, label: id === 'open' ? 'Open its page (leaves the glasses)' : id }));
  panel.show({ over: 'Board', title: 'Live board', text: 'What the city measures', choices }, 'en');
  const places = choices.map(({ id }) => panel.placeOf(id)!);
  for (const [index, { id }] of choices.entries()) expect(panel.choiceAt(new Vector2(places[index]!.x, places[index]!.y))).toBe(id);
  expect(new Set(places.map(({ x, y }) => `${x.toFixed(3)} ${y.toFixed(3)}`)).size).toBe(choices.length);
  for (const { x, y } of places) expect(x > 0 && x < 1 && y > 0 && y < 1).toBe(true);
  expect(panel.choiceAt(new Vector2(0.5, 0.95))).toBeNull();
  panel.hide();
  expect([panel.content, panel.mesh.visible]).toEqual([null, false]);
  panel.dispose();
});
