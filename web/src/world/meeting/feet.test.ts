import { expect, it } from 'vitest';
import { Feet } from './feet';
import { lineOf } from '../scene/fixture';
import type { Fixture } from '../space';

const line = { from: [10, 20] as [number, number], to: [20, 20] as [number, number] };

it('takes a stand only after a second of standing still on the line', () => {
  const feet = new Feet(line);
  expect(feet.step({ x: 15, z: 24 }, 0)).toBeNull();
  expect(feet.step({ x: 13, z: 20.5 }, 100)).toBeNull();
  expect(feet.step({ x: 13.05, z: 20.5 }, 900)).toBeNull();
  expect(feet.step({ x: 13.05, z: 20.5 }, 1100)).toEqual({ kind: 'take', at: 31 });
  expect(feet.step({ x: 13.05, z: 20.5 }, 5000)).toBeNull();
});
it('does not count who only crosses it', () => {
  const feet = new Feet(line);
  for (let at = 0; at < 40; at++) expect(feet.step({ x: 15, z: 18 + at * 0.14 }, at * 100)).toBeNull();
});
it('takes another place when one moves along, and leaves when one walks off', () => {
  const feet = new Feet(line);
  feet.step({ x: 12, z: 20 }, 0);
  expect(feet.step({ x: 12, z: 20 }, 1000)).toEqual({ kind: 'take', at: 20 });
  expect(feet.step({ x: 18, z: 20 }, 2000)).toBeNull();
  expect(feet.step({ x: 18, z: 20 }, 3000)).toEqual({ kind: 'take', at: 80 });
  expect(feet.step({ x: 18, z: 21.2 }, 3100)).toEqual({ kind: 'leave' });
  expect(feet.step({ x: 18, z: 25 }, 3200)).toBeNull();
});
it('finds the line that a fixture has', () => {
  const fixture = (opens: Record<string, unknown>): Fixture => ({ kind: 'meeting', opens }) as unknown as Fixture;
  expect(lineOf(fixture({ part: 'poll', from: [1, 2], to: [3, 4] }))).toEqual({ from: [1, 2], to: [3, 4] });
  expect(lineOf(fixture({ part: 'poll', from: [1], to: [3, 4] }))).toBeNull();
  expect(lineOf(fixture({ part: 'poll' }))).toBeNull();
});
