import { shortest } from './space';
import { turnOf, yawByte, type Hands, type Pose } from './wire';

/**
 * Head or hand in metres and radians, along the map: x to the east, y up, z to the south. `yaw` 0 looks north, clockwise from above; `pitch` up
 * and `roll` to the left are positive. A head is against the eyes of somebody who stands upright, a hand against the head.
 */
export type Limb = { x: number; y: number; z: number; yaw: number; pitch: number; roll: number };
/** How somebody in XR holds head and hands. */
export type Held = { head: Limb; left: Limb; right: Limb };

/** Where a head is counted from, above the feet. */
export const HEAD_M = 1.6;
/** Metres of one step on the wire. */
const [HEAD_STEP_M, HAND_STEP_M] = [0.01, 0.015];

/** As it is sent: whole steps and 256ths of a turn, at the edge of what the wire can say where it lies beyond. All else stays on the device. */
export function toWire({ head, left, right }: Held): Hands {
  return { head: packed(head, HEAD_STEP_M), left: packed(left, HAND_STEP_M), right: packed(right, HAND_STEP_M) };
}

export function fromWire({ head, left, right }: Hands): Held {
  return { head: unpacked(head, HEAD_STEP_M), left: unpacked(left, HAND_STEP_M), right: unpacked(right, HAND_STEP_M) };
}

function packed({ x, y, z, yaw, pitch, roll }: Limb, step: number): Pose {
  const length = (metres: number): number => Math.min(Math.max(Math.round(metres / step) || 0, -127), 127);
  const turn = (radians: number): number => ((yawByte(radians) + 128) & 255) - 128;
  return { x: length(x), y: length(y), z: length(z), yaw: turn(yaw), pitch: turn(pitch), roll: turn(roll) };
}

function unpacked({ x, y, z, yaw, pitch, roll }: Pose, step: number): Limb {
  return { x: x * step, y: y * step, z: z * step, yaw: turnOf(yaw), pitch: turnOf(pitch), roll: turnOf(roll) };
}

/** What lies `share` of the way from one to the other, 0 to 1; angles by the shorter way. */
export function between(from: Held, to: Held, share: number): Held {
  return { head: mixed(from.head, to.head, share), left: mixed(from.left, to.left, share), right: mixed(from.right, to.right, share) };
}

function mixed(from: Limb, to: Limb, share: number): Limb {
  const line = (a: number, b: number): number => a + (b - a) * share;
  const turn = (a: number, b: number): number => a + shortest(b - a) * share;
  return {
    ...{ x: line(from.x, to.x), y: line(from.y, to.y), z: line(from.z, to.z) },
    ...{ yaw: turn(from.yaw, to.yaw), pitch: turn(from.pitch, to.pitch), roll: turn(from.roll, to.roll) },
  };
}

/** The same seen from a body that looks along `yaw`: x to its left, y up, z ahead, as a figure is made; angles against the body. */
export function asSeenBy({ x, y, z, yaw: turned, pitch, roll }: Limb, yaw: number): Limb {
  const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
  return { x: -(x * cos + z * sin), y, z: x * sin - z * cos, yaw: shortest(turned - yaw), pitch, roll };
}

/** Where a hand hangs that no controller holds, against a head that looks along `yaw`. */
export function hanging(side: 'left' | 'right', yaw: number): Limb {
  const [sin, cos] = [Math.sin(yaw), Math.cos(yaw)];
  const [aside, ahead] = [side === 'left' ? -0.24 : 0.24, 0.06];
  return { x: cos * aside + sin * ahead, y: -0.78, z: sin * aside - cos * ahead, yaw, pitch: -1.2, roll: 0 };
}
