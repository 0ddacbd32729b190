import { describe, expect, it } from 'vitest';
import type { Answer } from '../streets/words';
import { lossColour, marksOf } from './marks';

const edge = (id: string, before: number, after: number, is_affected: boolean, vehicles = 10) => ({
  edge: id,
  is_affected,
  time_loss_s: { before, after, difference: after - before, low: null, high: null },
  vehicles: { before: vehicles, after: vehicles, difference: 0, low: null, high: null },
});
const answer = { edges: [edge('a', 100, 400, true), edge('b', 500, 100, true), edge('c', 10, 20, false), edge('d', 0, 0, false, 0)] } as unknown as Answer;

describe('streets of a what-if', () => {
  it('are coloured by what a vehicle loses there', () => {
    const before = marksOf(answer, 'before');
    expect(before.get('a')).toBe(lossColour(10));
    expect(before.get('b')).toBe(lossColour(50));
    expect(before.get('c')).toBe(lossColour(1));
    expect(marksOf(answer, 'after').get('a')).toBe(lossColour(40));
  });
  it('on which nobody drives have no colour', () => expect(marksOf(answer, 'before').has('d')).toBe(false));
  it('show a difference only where it is clear, worse and better apart, the larger the stronger', () => {
    const marks = marksOf(answer, 'difference');
    expect([...marks.keys()]).toEqual(['a', 'b']);
    const red = (hex = ''): number => Number.parseInt(hex.slice(1, 3), 16);
    const green = (hex = ''): number => Number.parseInt(hex.slice(3, 5), 16);
    expect(red(marks.get('a'))).toBeGreaterThan(green(marks.get('a')));
    expect(green(marks.get('b'))).toBeGreaterThan(red(marks.get('b')));
  });
  it('have four colours from calm to jammed', () => expect(new Set([0, 5, 15, 40].map(lossColour)).size).toBe(4));
});
