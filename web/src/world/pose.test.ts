import { expect, it } from 'vitest';
import { breath, lids, rest, seatOf } from './pose';
import type { VRM } from '@pixiv/three-vrm';

it('reads where a seated figure sits, and nothing from other files', () => {
  expect(seatOf({ sala: { posture: 'seated', hipsHeight: 0.565 } })).toEqual({ hips: 0.565 });
  for (const other of [undefined, {}, { sala: {} }, { sala: { posture: 'seated' } }, { sala: { posture: 'flying', hipsHeight: 3 } }])
    expect(seatOf(other)).toBeNull();
});

it('breathes between −1 and 1 and blinks now and then, shutting the eyes fully', () => {
  const seconds = Array.from({ length: 2800 }, (_, at) => at / 100);
  expect(Math.max(...seconds.map(breath))).toBeCloseTo(1, 3);
  expect(Math.min(...seconds.map(breath))).toBeCloseTo(-1, 3);
  const shut = seconds.map(lids);
  expect(Math.max(...shut)).toBeGreaterThan(0.97);
  expect(Math.min(...shut)).toBe(0);
  expect(shut.filter((each) => each > 0).length / shut.length).toBeLessThan(0.1);
});

/** As much of a VRM as a pose touches. */
function figure() {
  const turned: Record<string, number[]> = {};
  const hips: number[] = [];
  let blink = -1;
  const vrm = {
    humanoid: {
      getNormalizedBoneNode: (name: string) => ({
        rotation: { set: (...turns: number[]) => (turned[name] = turns) },
        position: { set: (...to: number[]) => hips.push(...to) },
      }),
    },
    expressionManager: { setValue: (_: string, value: number) => (blink = value) },
    update: () => undefined,
  };
  return { vrm: vrm as unknown as VRM, turned, hips, blink: () => blink };
}

it('stands with hanging arms, both sides alike', () => {
  const { vrm, turned, hips, blink } = figure();
  rest(vrm, null, null);
  expect(turned['leftUpperArm']?.[2]).toBeCloseTo(-(turned['rightUpperArm']?.[2] ?? 0));
  expect(hips).toEqual([]);
  expect(blink()).toBe(0);
  expect(turned['chest']?.map(Math.abs)).toEqual([0, 0, 0]);
});

it('sits with thighs forward and hips on the seat', () => {
  const { vrm, turned, hips } = figure();
  rest(vrm, { hips: 0.5 }, 1);
  expect(turned['leftUpperLeg']?.[0]).toBeLessThan(-1.3);
  expect(turned['leftLowerLeg']?.[0]).toBeGreaterThan(1.2);
  expect(hips[1]).toBe(0.5);
});
