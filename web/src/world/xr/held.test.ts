import { Euler, Group, Quaternion, Vector3 } from 'three';
import { expect, it } from 'vitest';
import { asSeenBy, toWire } from '../hands';
import { encodeMove } from '../wire';
import { heldOf, yawOf } from './held';

const looking = (yaw: number, pitch = 0, roll = 0): Quaternion => new Quaternion().setFromEuler(new Euler(pitch, -yaw, roll, 'YXZ'));
function room(yaw: number, at: [number, number, number]): Group {
  const rig = new Group();
  rig.position.set(...at);
  rig.rotation.y = -yaw;
  rig.updateMatrix();
  return rig;
}

it('a controller held ahead of somebody whose room looks east is east of their head on the wire, in whole steps', () => {
  const yaw = Math.PI / 2;
  const rig = room(yaw, [10, 0.9, 20]);
  const head = { at: new Vector3(0, 1.5, 0), turn: looking(0, -0.3) };
  const left = { at: new Vector3(-0.3, 1.2, -0.45), turn: looking(0.5, 0.2) };
  const held = heldOf(rig.matrix, yaw, { x: 10, y: 0.9, z: 20 }, head, { left, right: null });
  const { head: h, left: l, right: r } = toWire(held);
  // head: 10 cm lower than 1.60 m, east is 64 of 256, looking down
  expect([h.x, h.y, h.z, h.yaw, h.pitch]).toEqual([0, -10, 0, 64, Math.round((-0.3 / (2 * Math.PI)) * 256)]);
  // the left hand: ahead is east, left is north (−z); 1.5 cm steps
  expect([l.x, l.y, l.z]).toEqual([30, -20, -20]);
  expect(l.yaw).toBe(64 + Math.round((0.5 / (2 * Math.PI)) * 256));
  // the right one hangs at the right: south
  expect(r.z).toBeGreaterThan(10);
  expect(r.y).toBeLessThan(-40);
  const bytes = encodeMove({ seq: 1, x: 0, z: 0, yaw: 64, state: 32 }, toWire(held));
  expect([...new Int8Array(bytes.buffer, 8)]).toEqual([0, -10, 0, 64, h.pitch, 0, 30, -20, -20, l.yaw, l.pitch, l.roll, r.x, r.y, r.z, r.yaw, r.pitch, r.roll]);
});

it('what a figure does is what the body did, wherever room and head look', () => {
  for (const [turned, faced] of [[0, 0], [1.1, -0.6], [-2.4, 2]] as const) {
    const rig = room(turned, [3, 0, 4]);
    const ahead = new Vector3(-0.2, -0.4, -0.5).applyQuaternion(looking(faced));
    const head = { at: new Vector3(0.1, 1.6, 0.2), turn: looking(faced) };
    const held = heldOf(rig.matrix, turned, { x: 3, y: 0, z: 4 }, head, { left: { at: head.at.clone().add(ahead), turn: looking(faced) }, right: null });
    const seen = asSeenBy(held.left, held.head.yaw);
    expect([seen.x, seen.y, seen.z].map((each) => Math.round(each * 1000))).toEqual([200, -400, 500]);
    expect(Math.abs(seen.yaw)).toBeLessThan(1e-6);
    expect(Math.cos(yawOf(head.turn) - faced)).toBeCloseTo(1);
  }
});
