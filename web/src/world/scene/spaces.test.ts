import { describe, expect, it } from 'vitest';
import { isInside } from './sala';
import { names, spaceOf } from './spaces.testing';
import type { SpaceDocument } from './index';
import { topFloor } from './ground';

const CELL = 0.5;
const BODY = 0.3;
const STEP = 0.3;
/** Where the server walks whoever goes to a fixture: so far before it, to within half a metre (rooms/world, hosted.rs). */
const BEFORE = 1.4;
const kinds = ['board', 'record', 'measures', 'measure', 'street', 'live_street', 'mirror', 'meeting', 'city', 'plaque', 'door'];

const middleOf = (metres: number): number => (Math.floor(metres / CELL) + 0.5) * CELL;

/** Height of the floor at a place, ramps included. */
function heightAt({ floors }: SpaceDocument, x: number, z: number): number {
  const floor = topFloor(floors, x, z);
  if (!floor) return 0;
  if (floor.to === undefined || floor.to === null) return floor.y;
  const [x0, z0, x1, z1] = floor.box;
  const part = floor.along === 'x' ? (x - x0) / (x1 - x0) : (z - z0) / (z1 - z0);
  return floor.y + (floor.to - floor.y) * part;
}

function isFree({ walls, size }: SpaceDocument, x: number, z: number): boolean {
  if (x < BODY || z < BODY || x > size[0] - BODY || z > size[1] - BODY) return false;
  return walls.every((wall) => {
    if ('round' in wall) return Math.hypot(x - wall.round[0], z - wall.round[1]) > wall.round[2] + BODY;
    return !isInside(x, z, wall.box, BODY);
  });
}

/** The cells that one can walk to from a place: neighbours whose floors differ by at most a step. */
function walk(space: SpaceDocument, from: readonly [number, number]): (x: number, z: number) => boolean {
  const key = (i: number, k: number): string => `${i},${k}`;
  const start: [number, number] = [Math.floor(from[0] / CELL), Math.floor(from[1] / CELL)];
  const seen = new Set([key(...start)]);
  const open = [start];
  for (let here = open.pop(); here; here = open.pop()) {
    const [i, k] = here;
    const y = heightAt(space, (i + 0.5) * CELL, (k + 0.5) * CELL);
    for (const [di, dk] of [[1, 0], [-1, 0], [0, 1], [0, -1]] as const) {
      const [x, z] = [(i + di + 0.5) * CELL, (k + dk + 0.5) * CELL];
      if (seen.has(key(i + di, k + dk)) || !isFree(space, x, z) || Math.abs(heightAt(space, x, z) - y) > STEP) continue;
      seen.add(key(i + di, k + dk));
      open.push([i + di, k + dk]);
    }
  }
  return (x, z) => seen.has(key(Math.floor(x / CELL), Math.floor(z / CELL)));
}

describe.each(names)('the space %s', (name) => {
  const space = spaceOf(name);
  const first = space.spawns[0]?.at ?? [0, 0];
  const isReached = walk(space, first);

  it('says everything in Thai and in English', () => {
    expect(space.id).toBe(name);
    for (const text of [space.title, space.about, ...space.fixtures.flatMap((each) => [each.title, each.text ?? { th: '', en: '' }])]) {
      expect(text.th).toMatch(/[ก-๙]/);
      expect(text.en).toMatch(/[A-Za-z]/);
      expect(text.en).not.toMatch(/[ก-๙]/);
    }
  });

  it('has fixtures of known kinds within its ground, each with its own id', () => {
    expect(new Set(space.fixtures.map((each) => each.id)).size).toBe(space.fixtures.length);
    for (const { kind, at } of space.fixtures) {
      expect(kinds).toContain(kind);
      expect(isInside(...at, [0, 0, ...space.size])).toBe(true);
    }
  });

  it('has doors to spaces that exist and have a door back', () => {
    const doors = space.fixtures.filter((each) => each.kind === 'door').map((each) => (each as unknown as { opens: { space: string } }).opens.space);
    expect(doors.length).toBeGreaterThan(0);
    for (const door of doors) expect(spaceOf(door).fixtures.some((each) => (each as unknown as { opens: { space?: string } }).opens.space === name)).toBe(true);
  });

  it('can be walked from the first place where one arrives to all others', () => {
    for (const { at } of space.spawns) {
      expect(isFree(space, ...at)).toBe(true);
      expect(isReached(...at)).toBe(true);
    }
  });

  it.each(space.fixtures.map((each) => [each.id, each] as const))('lets one stand before %s and look at it', (_, { at: [x, z], yaw, stand = BEFORE }) => {
    const turn = (yaw * Math.PI) / 180;
    const [sx, sz] = [x + Math.sin(turn) * stand, z - Math.cos(turn) * stand];
    const cells = [-CELL, 0, CELL].flatMap((dx) => [-CELL, 0, CELL].map((dz) => [middleOf(sx + dx), middleOf(sz + dz)] as const));
    const near = cells.filter(([cx, cz]) => Math.hypot(cx - sx, cz - sz) <= 0.5 && isReached(cx, cz));
    expect(near.length).toBeGreaterThan(0);
  });

  it('is closed: nobody leaves the ground or climbs onto a platform from its side', () => {
    expect(isReached(0.4, space.size[1] / 2)).toBe(false);
    for (const { box, y } of space.floors.filter((each) => each.y >= 0.4 && !each.to)) {
      const [x0, z0, x1, z1] = box;
      expect(isReached((x0 + x1) / 2, (z0 + z1) / 2) || isReached(x1 - 0.8, (z0 + z1) / 2 + 1)).toBe(true);
      expect(y).toBeLessThan(1.5);
    }
  });
});

it('names a source on each plaque of the garden, and says on the first that nothing was surveyed', () => {
  const plaques = spaceOf('garden').fixtures.filter((each) => each.kind === 'plaque');
  expect(plaques.length).toBeGreaterThanOrEqual(7);
  expect(plaques[0]?.text?.en).toContain('no survey');
  for (const { text } of plaques.slice(1)) {
    expect(text?.th).toContain('ที่มา');
    expect(text?.en).toContain('Source');
  }
});
