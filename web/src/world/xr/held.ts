import { Euler, Quaternion, Vector3, type Matrix4 } from 'three';
import { hanging, HEAD_M, type Held, type Limb } from '../hands';
import type { Body } from '../movement';

/** A tracked thing in the frame of the room. */
export type Tracked = { at: Vector3; turn: Quaternion };

/** The head in this frame; null as long as the device can't tell. */
export function headIn(frame: XRFrame, room: XRReferenceSpace): Tracked | null {
  const pose = frame.getViewerPose(room)?.transform;
  const [p, q] = [pose?.position, pose?.orientation];
  return p && q ? { at: new Vector3(p.x, p.y, p.z), turn: new Quaternion(q.x, q.y, q.z, q.w) } : null;
}

/**
 * Head and hands as they are told: what the device tracks in its room, laid on the map by where the room lies (`rig`, which looks along `yaw`,
 * radians clockwise from north) and counted from the body. A hand that nothing tracks hangs.
 */
export function heldOf(rig: Matrix4, yaw: number, body: Body, head: Tracked, hands: { left: Tracked | null; right: Tracked | null }): Held {
  const base = new Vector3(body.x, body.y + HEAD_M, body.z);
  const turned = new Quaternion().setFromAxisAngle(new Vector3(0, 1, 0), -yaw);
  const eyes = head.at.clone().applyMatrix4(rig);
  const whole = limb(eyes.clone().sub(base), turned.clone().multiply(head.turn));
  const hand = (side: 'left' | 'right'): Limb => {
    const found = hands[side];
    return found ? limb(found.at.clone().applyMatrix4(rig).sub(eyes), turned.clone().multiply(found.turn)) : hanging(side, whole.yaw);
  };
  return { head: whole, left: hand('left'), right: hand('right') };
}

function limb({ x, y, z }: Vector3, turn: Quaternion): Limb {
  const euler = new Euler().setFromQuaternion(turn, 'YXZ');
  return { x, y, z, yaw: -euler.y, pitch: euler.x, roll: euler.z };
}

/** Where a head looks in its room, radians clockwise from the room's own north. */
export const yawOf = (turn: Quaternion): number => -new Euler().setFromQuaternion(turn, 'YXZ').y;
