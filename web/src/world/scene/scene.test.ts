import { type Mesh, PerspectiveCamera, Raycaster, Vector3 } from 'three';
import { describe, expect, it } from 'vitest';
import { buildScene, type Quality } from './index';
import { sunOver } from './light';
import { redented } from './shape';
import { wrap } from './sign';
import { names, spaceOf } from './spaces.testing';

const morning = new Date('2026-11-23T01:40:00Z');
const cases = names.flatMap((name) => (['high', 'phone', 'still'] as Quality[]).map((quality) => [name, quality] as const));

describe.each(cases)('%s for %s', (name, quality) => {
  it('keeps to its budget of calls and triangles and can show each hour', async () => {
    const built = await buildScene(spaceOf(name), { quality, language: 'th', now: morning });
    const { calls, triangles } = built.stats();
    expect(calls).toBeLessThanOrEqual(150);
    expect(calls).toBeGreaterThan(10);
    expect(triangles).toBeLessThanOrEqual(quality === 'phone' ? 60_000 : 150_000);
    expect(triangles).toBeGreaterThan(10_000);
    for (let hour = 0; hour < 24; hour++) built.update(0.05, new Date(morning.getTime() + hour * 3_600_000));
    built.setLanguage('en');
    built.dispose();
  });
});

it.each(names)('draws %s without a corner that is no number, and normals of length one', async (name) => {
  const { scene } = await buildScene(spaceOf(name), { quality: 'high', language: 'en', now: morning });
  const broken: string[] = [];
  scene.traverse((each) => {
    const { position, normal } = (each as Mesh).geometry?.attributes ?? {};
    if (!position || !normal) return;
    for (let i = 0; i < position.count; i++) {
      const length = Math.hypot(normal.getX(i), normal.getY(i), normal.getZ(i));
      if (!Number.isFinite(position.getX(i) + position.getY(i) + position.getZ(i)) || length > 1.01 || length < 0.3) broken.push(`${each.name} ${i}`);
    }
  });
  expect(broken.slice(0, 5)).toEqual([]);
});

it.each(names)('has each fixture of %s at its place, large enough to be hit from where one stands before it', async (name) => {
  const space = spaceOf(name);
  const { scene, fixtures } = await buildScene(space, { quality: 'phone', language: 'th', now: morning });
  scene.updateMatrixWorld(true);
  expect([...fixtures.keys()].toSorted()).toEqual(space.fixtures.map((each) => each.id).toSorted());
  for (const { id, at, yaw, stand = 1.4 } of space.fixtures) {
    const object = fixtures.get(id);
    expect(object?.userData['fixture']).toBe(id);
    const turn = (yaw * Math.PI) / 180;
    const there = object?.getWorldPosition(new Vector3()) ?? new Vector3();
    expect(there.x).toBeCloseTo(at[0]);
    expect(there.z).toBeCloseTo(at[1]);
    const eye = new Vector3(at[0] + Math.sin(turn) * stand, there.y + 1.6, at[1] - Math.cos(turn) * stand);
    const camera = new PerspectiveCamera();
    camera.position.copy(eye);
    const ray = new Raycaster(eye, new Vector3(at[0], there.y + 0.9, at[1]).sub(eye).normalize());
    expect(ray.intersectObjects([...fixtures.values()])[0]?.object.userData['fixture']).toBe(id);
  }
});

it('shows a board what it is given, and its title again when nothing is given', async () => {
  const built = await buildScene(spaceOf('hall'), { quality: 'phone', language: 'th', now: morning });
  const screen = (): unknown => {
    let image: unknown = null;
    built.scene.traverse((each) => {
      if (each.name === 'board board') image = ((each as Mesh).material as { map?: { image?: unknown } | null }).map?.image ?? null;
    });
    return image;
  };
  const title = screen();
  const canvas = document.createElement('canvas');
  built.setFixtureLive('board', canvas);
  expect(screen()).toBe(canvas);
  built.setFixtureLive('board', null);
  expect(screen()).toBe(title);
});

it('stands the sun over Bangkok where an almanac has it', () => {
  const degrees = (iso: string): { height: number; azimuth: number } => {
    const { height, azimuth } = sunOver(new Date(iso));
    return { height: (height * 180) / Math.PI, azimuth: (azimuth * 180) / Math.PI };
  };
  // at the June solstice the noon sun is north of the zenith: 90° − (23.44° − 13.76°)
  const noon = degrees('2026-06-21T05:19:50Z');
  expect(noon.height).toBeCloseTo(80.3, 0);
  expect(Math.min(noon.azimuth, 360 - noon.azimuth)).toBeLessThan(6);
  // at the March equinox it stands about east at sunrise and 90° − 13.76° high at noon
  const rise = degrees('2026-03-20T23:24:00Z');
  expect(Math.abs(rise.height)).toBeLessThan(1.2);
  expect(rise.azimuth).toBeCloseTo(90, -0.5);
  expect(degrees('2026-03-20T05:25:00Z').height).toBeCloseTo(76.2, 0);
  expect(degrees('2026-11-23T17:00:00Z').height).toBeLessThan(-50);
});

it('breaks Thai lines between words and loses none of them', () => {
  const text = 'ศาลาเป็นอาคารโถง มีหลังคาแต่ไม่มีผนัง ใช้พัก หลบแดดหลบฝน นัดพบ และฟังธรรม';
  const lines = wrap(text, 20, (piece) => piece.length, 'th');
  expect(lines.length).toBeGreaterThan(3);
  expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  for (const each of lines) expect(each).not.toMatch(/^[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]/);
});

it('keeps a Thai name whole that stands between spaces, and a long run still breaks', () => {
  const lines = wrap('เจดีย์ ความเป็นมา มติชน เมืองโบราณ', 11, (piece) => piece.length, 'th');
  expect(lines).toEqual(['เจดีย์', 'ความเป็นมา', 'มติชน', 'เมืองโบราณ']);
  expect(wrap('ความเป็นมาและคำศัพท์', 12, (piece) => piece.length, 'th').length).toBeGreaterThan(1);
});

it('leaves no bracket alone at the end of a line', () => {
  expect(wrap('a trident (nopphasun) crowns it', 11, (piece) => piece.length, 'en')).toEqual(['a trident', '(nopphasun)', 'crowns it']);
});

it('cuts the corners of a base back in the same steps on all four sides', () => {
  const ring = redented(4, 2, 0.5)(0);
  expect(ring).toHaveLength(20);
  const area = ring.reduce((sum, [x, z], i) => {
    const [x2, z2] = ring[(i + 1) % ring.length] ?? [0, 0];
    return sum + (x * z2 - x2 * z) / 2;
  }, 0);
  expect(Math.abs(area)).toBeCloseTo(64 - 4 * 3 * 0.25);
});
