import { expect, it } from 'vitest';
import { Turning } from './turning';

it('turns slowly by itself and waits after somebody turned it', () => {
  const turning = new Turning(false);
  turning.tick(1);
  expect(turning.angle).toBeGreaterThan(Turning.start);
  turning.press('ArrowRight');
  const left = turning.angle;
  turning.tick(1);
  expect(turning.angle).toBe(left);
  turning.tick(4);
  expect(turning.angle).toBeGreaterThan(left);
});

it('follows a drag only while it is held', () => {
  const turning = new Turning(false);
  turning.drag(100);
  expect(turning.angle).toBe(Turning.start);
  turning.hold();
  turning.drag(100);
  const dragged = turning.angle;
  expect(dragged).toBeGreaterThan(Turning.start + 1);
  turning.tick(10);
  expect(turning.angle).toBe(dragged);
  turning.release();
  turning.drag(100);
  expect(turning.angle).toBe(dragged);
});

it('stays still for people who asked for less motion, but obeys their keys', () => {
  const turning = new Turning(true);
  turning.tick(100);
  expect(turning.angle).toBe(Turning.start);
  expect(turning.press('ArrowLeft')).toBe(true);
  expect(turning.angle).toBeCloseTo(Turning.start - Turning.step);
  expect(turning.press('Home')).toBe(true);
  expect(turning.angle).toBe(0);
  expect(turning.press('a')).toBe(false);
});

it('never winds up: a full turn is where it began', () => {
  const turning = new Turning(true);
  for (let at = 0; at < 24; at++) turning.press('ArrowRight');
  expect(turning.angle).toBeCloseTo(Turning.start);
});
