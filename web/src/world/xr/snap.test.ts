import { expect, it } from 'vitest';
import { anchorAfter, onMap, Snap } from './snap';

it('a stick that is pushed turns once, by as much as was chosen, until it was let back', () => {
  const snap = new Snap();
  const turns = [0, 0.5, 0.9, 1, 1, 0.6, 0.9, 0.1, -0.8, -1, 0].map((axis) => Math.round((snap.read(axis, 30) * 180) / Math.PI));
  expect(turns).toEqual([0, 0, 30, 0, 0, 0, 0, 0, -30, 0, 0]);
  expect(snap.read(1, 45)).toBeCloseTo(Math.PI / 4);
});

it('turning leaves the head where it is, wherever in the room it is', () => {
  for (const yaw of [0, 0.7, -2, 3]) {
    for (const turn of [Math.PI / 6, -Math.PI / 4]) {
      const [head, anchor] = [{ x: 0.6, z: -0.9 }, { x: 0.1, z: 0.3 }];
      const before = onMap({ x: head.x - anchor.x, z: head.z - anchor.z }, yaw);
      const moved = anchorAfter(turn, head, anchor);
      const after = onMap({ x: head.x - moved.x, z: head.z - moved.z }, yaw + turn);
      expect(after.x).toBeCloseTo(before.x);
      expect(after.z).toBeCloseTo(before.z);
    }
  }
});

it('what lies before somebody who looks east lies east', () => {
  const ahead = onMap({ x: 0, z: -1 }, Math.PI / 2);
  expect(ahead.x).toBeCloseTo(1);
  expect(ahead.z).toBeCloseTo(0);
});
