import type { Text } from '../api/types';

/** A space as `GET /api/v1/spaces/{id}` gives it. Metres; x to the east, z to the south, y up; the origin is the north-west corner. */
export type Box = [x0: number, z0: number, x1: number, z1: number];
export type Wall = { box: Box } | { round: [x: number, z: number, radius: number] };
/** A later floor lies on an earlier one; with `to` it is a ramp or stairs from `y` to `to` along the axis. */
export type Floor = { box: Box; y: number; to?: number | null; along?: 'x' | 'z' | null };
export type Fixture = {
  id: string;
  kind: string;
  at: [x: number, z: number];
  y: number;
  /** Degrees, 0 looks north, clockwise from above. */
  yaw: number;
  /** How far before it one stands to look at it, in metres; 1.4 where it is not said. */
  stand?: number;
  title: Text;
  text?: Text | null;
  /** The name of its kind. */
  name: Text;
  /** Where it opens, on our pages; nothing for what is only to be read. */
  page?: string | null;
  /** What it opens, as the profile says it. */
  opens?: Record<string, unknown>;
};
/** A stop of a guided tour: before a thing, or at a place. */
export type Stop = { stand?: string; at?: number[]; title: Text; text: Text; seconds: number };
/** A model of a file that stands in a space, with its card. */
export type Model = {
  url: string;
  sha256: string;
  size: number;
  triangles: number;
  at: number[];
  scale: number;
  up: 'y' | 'z';
  provenance: { kind: 'scan' | 'reconstruction' | 'drawn' | 'photograph'; captured?: string; source: string; uncertainty?: string };
  licence: { name: string; url: string; is_non_commercial: boolean; is_no_derivatives: boolean };
  may_download: boolean;
};
export type Space = {
  id: string;
  title: Text;
  about: Text;
  scene: string;
  size: [x: number, z: number];
  capacity: number;
  walls: Wall[];
  floors: Floor[];
  spawns: { at: [x: number, z: number]; yaw: number }[];
  fixtures: Fixture[];
  /** Who is heard; absent or `off` without voice. */
  voice?: 'off' | 'near' | 'stage';
  /** Captions of what is said, and who runs the speech server that makes them; null or absent: there are none. */
  captions?: { operator: Text } | null;
  /** Another way in: an origin, and the SHA-256 (hexadecimal) of certificates by which it is known. */
  webtransport?: { url: string; hashes: string[] } | null;
  tour?: Stop[];
  model?: Model | null;
};
export type SpaceSummary = Pick<Space, 'id' | 'title' | 'about' | 'capacity'> & { count?: number };

export type At = { x: number; z: number };

export const apart = (a: At, b: At): number => Math.hypot(a.x - b.x, a.z - b.z);
export const placeOf = (fixture: Fixture): At => ({ x: fixture.at[0], z: fixture.at[1] });

/** How near one must be to open a fixture without walking there, and how far to the side it may lie. */
const REACH_M = 3.5;
const SIDE = Math.PI / 4;

/** The fixture that lies before somebody who looks along `yaw` (radians, 0 north, clockwise), or none. */
export function fixtureAhead(space: Space, at: At, yaw: number): Fixture | null {
  let best: Fixture | null = null;
  let least = Infinity;
  for (const fixture of space.fixtures) {
    const there = placeOf(fixture);
    const away = apart(at, there);
    if (away > REACH_M) continue;
    const off = Math.abs(shortest(bearing(at, there) - yaw));
    // whoever stands in it looks at it, whatever the direction
    if (away > 0.6 && off > SIDE) continue;
    const cost = away + off;
    if (cost < least) [best, least] = [fixture, cost];
  }
  return best;
}

/** The nearest fixture and how far it is, for "you are near …". */
export function nearest(space: Space, at: At): { fixture: Fixture; away: number } | null {
  let found: { fixture: Fixture; away: number } | null = null;
  for (const fixture of space.fixtures) {
    const away = apart(at, placeOf(fixture));
    if (!found || away < found.away) found = { fixture, away };
  }
  return found;
}

/** The direction from one place to another, radians, 0 north, clockwise from above. */
export const bearing = (from: At, to: At): number => Math.atan2(to.x - from.x, -(to.z - from.z));
/** An angle between −π and π. */
export const shortest = (angle: number): number => Math.atan2(Math.sin(angle), Math.cos(angle));

export const compass = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const;
export type Compass = (typeof compass)[number];
export const compassOf = (yaw: number): Compass => compass[((Math.round(yaw / (Math.PI / 4)) % 8) + 8) % 8] ?? 'n';
