import { expect, it } from 'vitest';
import { asSeenBy, between, fromWire, hanging, HEAD_M, toWire, type Held, type Limb } from './hands';
import { decodeMove, encodeMove } from './wire';

const limb = (more: Partial<Limb>): Limb => ({ x: 0, y: 0, z: 0, yaw: 0, pitch: 0, roll: 0, ...more });
const held = (more: Partial<Held> = {}): Held => ({ head: limb({}), left: limb({}), right: limb({}), ...more });

it('a pose becomes 18 bytes and comes back within half a step', () => {
  const before = held({
    head: limb({ x: 0.213, y: -0.4, z: -0.05, yaw: 2.9, pitch: -0.6, roll: 0.2 }),
    left: limb({ x: -0.31, y: -0.62, z: 0.44, yaw: -1.2, pitch: 1.1, roll: -3 }),
  });
  const bytes = encodeMove({ seq: 7, x: 0, z: 0, yaw: 0, state: 32 }, toWire(before));
  expect(bytes.length).toBe(8 + 18);
  const { hands } = decodeMove(bytes);
  const after = fromWire(hands!);
  for (const part of ['head', 'left', 'right'] as const) {
    const step = part === 'head' ? 0.01 : 0.015;
    for (const axis of ['x', 'y', 'z'] as const) expect(Math.abs(after[part][axis] - before[part][axis])).toBeLessThanOrEqual(step / 2 + 1e-9);
    for (const turn of ['yaw', 'pitch', 'roll'] as const) {
      const off = Math.atan2(Math.sin(after[part][turn] - before[part][turn]), Math.cos(after[part][turn] - before[part][turn]));
      expect(Math.abs(off)).toBeLessThanOrEqual(Math.PI / 256 + 1e-9);
    }
  }
});

it('what lies beyond the wire is held at its edge, and never wraps to the other side', () => {
  const { head, left } = toWire(held({ head: limb({ x: 40, y: -40 }), left: limb({ z: 1000, yaw: Math.PI, pitch: -Math.PI }) }));
  expect([head.x, head.y, left.z]).toEqual([127, -127, 127]);
  expect([left.yaw, left.pitch].map(Math.abs)).toEqual([128, 128]);
  expect(() => encodeMove({ seq: 0, x: 0, z: 0, yaw: 0, state: 0 }, toWire(held({ head: limb({ x: Number.NaN }) })))).not.toThrow();
});

it('between two poses the hand goes straight and turns the shorter way', () => {
  const from = held({ left: limb({ x: 0, yaw: 3 }) });
  const to = held({ left: limb({ x: 0.4, yaw: -3 }) });
  const { left } = between(from, to, 0.5);
  expect(left.x).toBeCloseTo(0.2);
  expect(Math.abs(Math.cos(left.yaw) + 1)).toBeLessThan(1e-3);
});

it('a figure that looks east has a hand that lies east before it, and one that lies north at its left', () => {
  const east = asSeenBy(limb({ x: 0.5, yaw: Math.PI / 2 }), Math.PI / 2);
  expect([east.x, east.z, east.yaw].map((each) => Math.round(each * 1e6) / 1e6 + 0)).toEqual([0, 0.5, 0]);
  const north = asSeenBy(limb({ z: -0.5 }), Math.PI / 2);
  expect(north.x).toBeCloseTo(0.5);
  expect(north.z).toBeCloseTo(0);
});

it('a hand that nobody holds hangs at its own side, wherever one looks', () => {
  for (const yaw of [0, 1, 2.5, -2]) {
    const left = asSeenBy(hanging('left', yaw), yaw);
    const right = asSeenBy(hanging('right', yaw), yaw);
    expect(left.x).toBeCloseTo(0.24);
    expect(right.x).toBeCloseTo(-0.24);
    expect(left.z).toBeCloseTo(0.06);
    expect(HEAD_M + left.y).toBeGreaterThan(0.6);
  }
});
