import { expect, it } from 'vitest';
import { EYE_M, freeShare, lens } from './camera';
import { isFree } from './movement';
import type { Space } from './space';

const ground: Pick<Space, 'walls' | 'size' | 'floors'> = {
  size: [30, 30],
  walls: [{ box: [10, 10, 20, 10.3] }, { box: [10, 10, 10.3, 20] }, { round: [15, 15, 0.4] }, { box: [22, 5, 22, 25] }],
  floors: [],
};

it('a way is free up to the first wall in it', () => {
  expect(freeShare(ground, { x: 5, z: 5 }, { x: 8, z: 8 })).toBe(1);
  expect(freeShare(ground, { x: 12, z: 15 }, { x: 18, z: 15 }, 0)).toBeCloseTo((15 - 0.4 - 12) / 6);
  expect(freeShare(ground, { x: 15, z: 12 }, { x: 15, z: 8 }, 0)).toBeCloseTo((12 - 10.3) / 4);
  expect(freeShare(ground, { x: 21, z: 15 }, { x: 24, z: 15 }, 0)).toBeCloseTo(1 / 3);
  expect(freeShare(ground, { x: 1, z: 1 }, { x: -1, z: 1 }, 0)).toBeCloseTo(0.5);
});

it('the lens never enters a wall or leaves the space, wherever one stands and looks', () => {
  let seed = 11;
  const random = (): number => (seed = (seed * 48271) % 0x7fffffff) / 0x7fffffff;
  let tried = 0;
  while (tried < 4000) {
    const body = { x: random() * 30, y: 0, z: random() * 30 };
    if (!isFree(ground, body)) continue;
    tried += 1;
    const { at } = lens(ground, body, { yaw: random() * 7, pitch: random() * 1.5 - 0.8 }, 'third');
    for (const wall of ground.walls) {
      const away =
        'round' in wall
          ? Math.hypot(at.x - wall.round[0], at.z - wall.round[1]) - wall.round[2]
          : Math.hypot(Math.max(wall.box[0] - at.x, 0, at.x - wall.box[2]), Math.max(wall.box[1] - at.z, 0, at.z - wall.box[3]));
      expect(away).toBeGreaterThan(0.1);
    }
    expect(Math.min(at.x, at.z, 30 - at.x, 30 - at.z)).toBeGreaterThan(0.1);
    expect(at.y).toBeGreaterThan(0.2);
  }
});

it('through one’s own eyes it is in the head, and from behind it stands behind', () => {
  const body = { x: 5, y: 0.6, z: 5 };
  expect(lens(ground, body, { yaw: 1, pitch: 0 }, 'first')).toEqual({ at: { x: 5, y: 0.6 + EYE_M, z: 5 }, near: true });
  const behind = lens(ground, { x: 5, y: 0, z: 15 }, { yaw: 0, pitch: 0 }, 'third');
  expect(behind.at.z).toBeGreaterThan(18);
  expect(behind.near).toBe(false);
  expect(lens(ground, { x: 15, y: 0, z: 9.65 }, { yaw: 0, pitch: 0 }, 'third').near).toBe(true);
});
