import { describe, expect, it } from 'vitest';
import type { Ground } from '../movement';
import { FARTHEST_M, throwArc } from './arc';

const ground: Ground = {
  size: [40, 40],
  walls: [{ box: [10, 10, 12, 12] }],
  floors: [{ box: [20, 0, 40, 40], y: 1 }],
};
const aim = (x: number, y: number, z: number) => {
  const length = Math.hypot(x, y, z);
  return { x: x / length, y: y / length, z: z / length };
};

describe('an arc', () => {
  it('comes down before the hand, the farther the higher it points, up to half a right angle', () => {
    const reach = (pitch: number): number => {
      const { landing } = throwArc(ground, { x: 5, y: 1.2, z: 38 }, aim(0, Math.sin(pitch), -Math.cos(pitch)));
      return 38 - landing!.z;
    };
    const reached = [-1.2, -0.8, -0.4, 0, 0.4].map(reach);
    expect([...reached].sort((a, b) => a - b)).toEqual(reached);
    // thrown level: v · √(2h/g), within what the steps leave
    expect(reach(0)).toBeCloseTo(7.5 * Math.sqrt((2 * 1.2) / 9.8), 1);
    expect(reached.every((each) => each > 0 && each < FARTHEST_M)).toBe(true);
  });

  it('lands on the floor that lies there, raised or not', () => {
    const low = throwArc(ground, { x: 5, y: 1.2, z: 20 }, aim(0, -0.3, -1)).landing!;
    const high = throwArc(ground, { x: 25, y: 2.2, z: 20 }, aim(0, -0.3, -1)).landing!;
    expect([low.y, high.y, low.ok, high.ok]).toEqual([0, 1, true, true]);
    expect(low.z).toBeCloseTo(high.z, 1);
  });

  it('says where nobody can stand: in a wall, outside the space, too far', () => {
    const inWall = throwArc(ground, { x: 11, y: 1.2, z: 14 }, aim(0, -0.2, -1)).landing!;
    expect(inWall).toMatchObject({ ok: false });
    expect(throwArc(ground, { x: 5, y: 1.2, z: 1 }, aim(0, 0.1, -1)).landing?.ok).toBe(false);
    expect(throwArc(ground, { x: 5, y: 16, z: 30 }, aim(0, 0.6, -1)).landing?.ok).toBe(false);
  });

  it('thrown straight up comes down where one stands, or not at all', () => {
    const { landing, points } = throwArc(ground, { x: 5, y: 1.2, z: 5 }, aim(0, 1, 0));
    expect(landing === null || Math.hypot(landing.x - 5, landing.z - 5) < 1e-6).toBe(true);
    for (const { x, y, z } of points) expect([x, y, z].every(Number.isFinite)).toBe(true);
  });
});
