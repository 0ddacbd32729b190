import { Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { bend } from './reach';

const [UPPER, LOWER] = [0.28, 0.25];
const elbow = new Vector3(0, -1, -0.4);
/** Where the wrist comes to be when the bones are turned so. */
function wrist(shoulder: Vector3, target: Vector3, side: 'left' | 'right'): { wrist: Vector3; joint: Vector3; end: Vector3; bent: ReturnType<typeof bend> } {
  const bent = bend(shoulder, target, UPPER, LOWER, elbow, side);
  const rest = new Vector3(side === 'left' ? 1 : -1, 0, 0);
  const joint = rest.clone().applyQuaternion(bent.upper).multiplyScalar(UPPER).add(shoulder);
  return { wrist: rest.clone().applyQuaternion(bent.lower).multiplyScalar(LOWER).add(joint), joint, end: bent.end, bent };
}

describe.each(['left', 'right'] as const)('the %s arm', (side) => {
  const shoulder = new Vector3(side === 'left' ? 0.16 : -0.16, 1.36, 0);
  it('puts its hand where it shall be, wherever that is within reach', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16807) % 2147483647) / 2147483647;
    for (let at = 0; at < 200; at++) {
      const way = new Vector3(random() - 0.5, random() - 0.5, random() - 0.5).normalize().multiplyScalar(0.06 + random() * 0.46);
      const target = shoulder.clone().add(way);
      const { wrist: hand, end } = wrist(shoulder, target, side);
      expect(hand.distanceTo(target)).toBeLessThan(1e-3);
      expect(end.distanceTo(target)).toBeLessThan(1e-3);
    }
  });
  it('is stretched towards what lies too far, and never longer than it is', () => {
    const target = shoulder.clone().add(new Vector3(0.4, 0.9, 3));
    const { wrist: hand } = wrist(shoulder, target, side);
    expect(hand.distanceTo(shoulder)).toBeLessThan(UPPER + LOWER);
    expect(hand.distanceTo(shoulder)).toBeGreaterThan((UPPER + LOWER) * 0.99);
    expect(hand.clone().sub(shoulder).normalize().dot(target.clone().sub(shoulder).normalize())).toBeGreaterThan(0.999);
  });
  it('bends with the elbow down, as arms do', () => {
    const { joint } = wrist(shoulder, shoulder.clone().add(new Vector3(0, -0.05, 0.35)), side);
    expect(joint.y).toBeLessThan(shoulder.y - 0.05);
  });
  it('bears a hand that is at the shoulder itself', () => {
    const { upper, lower } = bend(shoulder, shoulder, UPPER, LOWER, elbow, side);
    for (const each of [...upper.toArray(), ...lower.toArray()]) expect(Number.isFinite(each)).toBe(true);
  });
});
