import { heightAt, isFree, type Ground } from '../movement';

export type Point = { x: number; y: number; z: number };
/** The way of a thrown arc, and where it comes down; `ok`: one can be walked there. */
export type Arc = { points: Point[]; landing: (Point & { ok: boolean }) | null };

const SPEED_MPS = 7.5;
const GRAVITY = 9.8;
const STEP_S = 0.04;
const LONGEST_S = 2.4;
/** Farther one is not walked at once: the way would take longer than one likes to be walked. */
export const FARTHEST_M = 14;

/** Throws an arc from a hand along a direction (of length 1) onto the floors of a space. */
export function throwArc(ground: Ground, from: Point, direction: Point): Arc {
  const points: Point[] = [{ ...from }];
  for (let time = STEP_S; time <= LONGEST_S; time += STEP_S) {
    const before = points.at(-1) ?? from;
    const at = {
      x: from.x + direction.x * SPEED_MPS * time,
      y: from.y + direction.y * SPEED_MPS * time - (GRAVITY * time * time) / 2,
      z: from.z + direction.z * SPEED_MPS * time,
    };
    const floor = heightAt(ground.floors, at);
    if (at.y > floor) {
      points.push(at);
      continue;
    }
    const above = before.y - heightAt(ground.floors, before);
    const share = above <= 0 ? 0 : Math.min(above / (above + floor - at.y), 1);
    const spot = { x: before.x + (at.x - before.x) * share, z: before.z + (at.z - before.z) * share };
    const landing = { ...spot, y: heightAt(ground.floors, spot) };
    points.push(landing);
    return { points, landing: { ...landing, ok: isFree(ground, landing) && Math.hypot(spot.x - from.x, spot.z - from.z) <= FARTHEST_M } };
  }
  return { points, landing: null };
}
