import type { At, Space, Wall } from './space';

export const EYE_M = 1.6;
/** Behind and above the head, looking over the shoulder. */
const BACK_M = 3.4;
const UP_M = 0.55;
const SIDE_M = 0.35;
/** A lens has a size: it keeps this far from a wall, so that nothing is cut open. */
const LENS_M = 0.25;
const NEAREST_M = 0.35;

export type Eye = { x: number; y: number; z: number };
/** `yaw` radians, 0 north, clockwise; `pitch` up is positive. */
export type Look = { yaw: number; pitch: number };

/**
 * How much of the way from one place to another is free of walls, 0 to 1: walls of the document are as high as the sky, for cameras too. A way that begins inside a wall's margin
 * is followed out of it.
 */
export function freeShare(ground: Pick<Space, 'walls' | 'size'>, from: At, to: At, margin = LENS_M): number {
  let share = 1;
  for (const wall of ground.walls) {
    const hit = 'round' in wall ? hitRound(wall.round, from, to, margin) : hitBox(wall, from, to, margin);
    if (hit !== null && hit < share) share = hit;
  }
  const [wide, deep] = ground.size;
  const [dx, dz] = [to.x - from.x, to.z - from.z];
  const limits = [
    [dx < 0, (margin - from.x) / dx],
    [dx > 0, (wide - margin - from.x) / dx],
    [dz < 0, (margin - from.z) / dz],
    [dz > 0, (deep - margin - from.z) / dz],
  ] as const;
  for (const [goes, at] of limits) if (goes && at < share) share = Math.max(0, at);
  return share;
}

function hitRound([x, z, radius]: [number, number, number], from: At, to: At, margin: number): number | null {
  const [dx, dz] = [to.x - from.x, to.z - from.z];
  const [ox, oz] = [from.x - x, from.z - z];
  const a = dx * dx + dz * dz;
  const b = ox * dx + oz * dz;
  // whoever stands close is nearer than the margin already: the lens may not come closer than they are
  const r = Math.min(radius + margin, Math.hypot(ox, oz) - 1e-3);
  const c = ox * ox + oz * oz - r * r;
  if (a === 0 || b >= 0) return null;
  const root = b * b - a * c;
  if (root < 0) return null;
  const at = (-b - Math.sqrt(root)) / a;
  return at >= 0 && at <= 1 ? at : null;
}

function hitBox(wall: Extract<Wall, { box: unknown }>, from: At, to: At, margin: number): number | null {
  const [x0, z0, x1, z1] = wall.box;
  const outside = Math.max(x0 - from.x, from.x - x1, z0 - from.z, from.z - z1);
  const grown = Math.max(0, Math.min(margin, outside - 1e-3));
  let [enter, exit] = [0, 1];
  for (const [start, way, low, high] of [
    [from.x, to.x - from.x, x0 - grown, x1 + grown],
    [from.z, to.z - from.z, z0 - grown, z1 + grown],
  ] as const) {
    if (Math.abs(way) < 1e-9) {
      if (start <= low || start >= high) return null;
      continue;
    }
    const [a, b] = [(low - start) / way, (high - start) / way];
    enter = Math.max(enter, Math.min(a, b));
    exit = Math.min(exit, Math.max(a, b));
    if (enter > exit) return null;
  }
  return enter;
}

/** Where the lens is: in the eyes, or behind the shoulder and pulled in before anything that would come between. */
export function lens(ground: Pick<Space, 'walls' | 'size'>, body: Eye, look: Look, view: 'first' | 'third'): { at: Eye; near: boolean } {
  const eye = { x: body.x, y: body.y + EYE_M, z: body.z };
  if (view === 'first') return { at: eye, near: true };
  const [sin, cos] = [Math.sin(look.yaw), Math.cos(look.yaw)];
  const flat = BACK_M * Math.cos(look.pitch);
  const wished = {
    x: eye.x - sin * flat + cos * SIDE_M,
    y: eye.y + UP_M - BACK_M * Math.sin(look.pitch),
    z: eye.z + cos * flat + sin * SIDE_M,
  };
  const share = freeShare(ground, eye, wished);
  const reach = Math.hypot(wished.x - eye.x, wished.z - eye.z) * share;
  const at = {
    x: eye.x + (wished.x - eye.x) * share,
    y: Math.max(body.y + 0.3, eye.y + (wished.y - eye.y) * share),
    z: eye.z + (wished.z - eye.z) * share,
  };
  // so close that one would look at the inside of one's own head
  return { at, near: reach < NEAREST_M + 0.25 };
}
