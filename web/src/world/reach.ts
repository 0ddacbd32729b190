import { Matrix4, Quaternion, Vector3 } from 'three';

/** Two bones from a joint that stays to one that shall be somewhere: turns of both in the space that the points are in. */
export type Bent = { upper: Quaternion; lower: Quaternion; /** Where the end comes to be: at the target, or as near as the arm reaches. */ end: Vector3 };

/** A straight arm has no plane to bend in: a little is always left. */
const STRAIGHTEST = 0.999;

/**
 * An arm that reaches (two-bone inverse kinematics by the law of cosines). At rest it lies along x, away from the body (the left one to +x, the
 * right one to −x), and bends forward about its own y, as VRM's bones are made. `elbow` says to which side the elbow points.
 */
export function bend(shoulder: Vector3, target: Vector3, upper_m: number, lower_m: number, elbow: Vector3, side: 'left' | 'right'): Bent {
  const way = new Vector3().subVectors(target, shoulder);
  const away = Math.min(Math.max(way.length(), Math.abs(upper_m - lower_m) + 1e-3), (upper_m + lower_m) * STRAIGHTEST);
  if (way.lengthSq() < 1e-9) way.set(0, -1, 0);
  way.normalize();
  // the elbow's own direction, square to the way
  const out = elbow.clone().addScaledVector(way, -elbow.dot(way));
  if (out.lengthSq() < 1e-6) out.set(way.y, way.z, way.x).addScaledVector(way, -(way.y * way.x + way.z * way.y + way.x * way.z));
  out.normalize();
  const cos = (upper_m ** 2 + away ** 2 - lower_m ** 2) / (2 * upper_m * away);
  const angle = Math.acos(Math.min(Math.max(cos, -1), 1));
  const first = way.clone().multiplyScalar(Math.cos(angle)).addScaledVector(out, Math.sin(angle));
  const joint = shoulder.clone().addScaledVector(first, upper_m);
  const end = shoulder.clone().addScaledVector(way, away);
  const second = end.clone().sub(joint).normalize();
  const hinge = new Vector3().crossVectors(first, second).normalize();
  return { upper: along(first, hinge, side), lower: along(second, hinge, side), end };
}

/** The turn that lays a bone along a direction with its hinge where the arm bends. */
function along(direction: Vector3, hinge: Vector3, side: 'left' | 'right'): Quaternion {
  const x = side === 'left' ? direction.clone() : direction.clone().negate();
  const y = side === 'left' ? hinge.clone().negate() : hinge.clone();
  const z = new Vector3().crossVectors(x, y);
  return new Quaternion().setFromRotationMatrix(new Matrix4().makeBasis(x, y, z));
}
