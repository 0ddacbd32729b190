import { expect, it } from 'vitest';
import { bodyOf, onward, type Act } from './motion';

const act = (more: Partial<Act>): Act => ({ speed: 0, gesture: 'none', seconds: 1, phase: 0, still: false, ...more });

it('legs go against each other and arms against legs, and a jog reaches farther than a walk', () => {
  const walk = bodyOf(act({ speed: 1.4, phase: 0.25 }), false);
  expect(walk.leftUpperLeg![0]).toBeLessThan(-0.2);
  expect(walk.rightUpperLeg![0]).toBeGreaterThan(0.2);
  const half = bodyOf(act({ speed: 1.4, phase: 0.75 }), false);
  expect(half.rightUpperLeg![0]).toBeCloseTo(walk.leftUpperLeg![0], 5);
  expect(Math.sign(walk.leftUpperArm![1])).toBe(Math.sign(walk.rightUpperArm![1]));
  expect(bodyOf(act({ speed: 3, phase: 0.25 }), false).leftUpperLeg![0]).toBeLessThan(walk.leftUpperLeg![0]);
});

it('steps cover the ground: whoever walks a stride has made two steps', () => {
  let phase = 0;
  let turns = 0;
  for (let at = 0; at < 1000; at++) {
    const next = onward(phase, 1.4, 0.01);
    if (next < phase) turns += 1;
    phase = next;
  }
  expect(turns).toBe(Math.floor(14 / 1.25));
});

it('each gesture is its own, and a wai bows the head with both hands at the chest', () => {
  const poses = (['none', 'wave', 'sit', 'raise_hand', 'bow', 'applaud'] as const).map((gesture) => JSON.stringify(bodyOf(act({ gesture }), false)));
  expect(new Set(poses).size).toBe(6);
  const bow = bodyOf(act({ gesture: 'bow' }), false);
  expect(bow.head![0]).toBeGreaterThan(0.3);
  expect(bow.leftLowerArm![1]).toBeCloseTo(-bow.rightLowerArm![1]);
});

it('for whom motion is too much nothing swings, but gestures can still be told apart', () => {
  const still = (seconds: number, phase: number) => JSON.stringify(bodyOf(act({ speed: 1.4, gesture: 'wave', still: true, seconds, phase }), false));
  expect(still(0, 0)).toBe(still(3.3, 0.4));
  expect(still(0, 0)).not.toBe(JSON.stringify(bodyOf(act({ still: true }), false)));
});

it('who sits in a chair of their own does not walk with the legs', () => {
  const moving = bodyOf(act({ speed: 1.4, phase: 0.25 }), true);
  expect(moving.leftUpperLeg).toEqual(bodyOf(act({}), true).leftUpperLeg);
});
