import { Object3D } from 'three';
import type { Box, Fixture, Space } from '../space';
import { layFixture, lineOf, pickOf } from './fixture';
import { layBench, layGround, layWall, pondsOf, topFloor } from './ground';
import { layHanging, layPost } from './lantern';
import { Mason } from './mason';
import { Garden } from './plants';
import { layCircle, layLectern, layPanel, layRoundRoof } from './round';
import { isFlat, isInside, layPlatform, layRoofOver, layStairs, type Sala, salasOf } from './sala';
import { at, box, dice, facing, lathe, loft, rectangle } from './shape';
import type { Screen } from './screen';
import { Signs } from './sign';
import { layBell, layBud, layPrang, layUplights } from './stupa';
import type { Car } from './traffic';

export type Composed = { mason: Mason; signs: Signs; screens: Map<string, Screen>; cars: Car[]; fixtures: Map<string, Object3D> };

/**
 * Builds what the document says, so that nothing stands where one can walk and nothing is walked through:
 * floors are platforms, steps, paving, ponds (below zero); round walls are columns on a platform, else lantern posts, frangipani, pots and
 * rain trees by their radius; box walls are garden walls, gates, benches, hedges by their form, and in a garden the monuments.
 */
export function compose(space: Space, { detail, plenty, ground }: { detail: boolean; plenty: number; ground: number }): Composed {
  const mason = new Mason(detail);
  const garden = new Garden(mason, plenty);
  const signs = new Signs(plenty > 0.6 ? 1 : 0.5);
  layGround(mason, space, ground);
  // Where a model of a file stands, walls and floors are what it leaves free, and are not drawn.
  const isModel = space.scene === 'model';
  const salas = isModel ? [] : salasOf(space);
  const isRound = space.scene === 'meeting';
  for (const sala of salas) {
    layPlatform(mason, sala, detail);
    layOver(mason, signs, space, sala, isRound && sala.columns.length >= 8, detail);
  }
  if (!isModel) {
    for (const floor of space.floors) if (!isFlat(floor)) layStairs(mason, floor);
    layWalls(mason, garden, signs, space, salas);
  }
  for (const [x0, z0, x1, z1] of pondsOf(space)) garden.lotus(x0 + 0.3, z0 + 0.3, x1 - 0.3, z1 - 0.3, Math.round((x1 - x0) * (z1 - z0) * 0.22 * Math.max(0.5, plenty)));
  surround(garden, space, plenty);
  garden.plant();

  const screens = new Map<string, Screen>();
  const fixtures = new Map<string, Object3D>();
  const cars: Car[] = [];
  for (const fixture of space.fixtures) {
    const [x, z] = fixture.at;
    const floor = topFloor(space.floors, x, z)?.y ?? 0;
    const isSigned = salas.some((sala) => isInside(x, z, sala.box) && isSignOf(fixture)) && !isRound;
    const laid = layFixture(mason, signs, fixture, Math.max(0, floor), isSigned, detail);
    if (laid.screen) screens.set(fixture.id, laid.screen);
    cars.push(...(laid.cars ?? []));
    const object = new Object3D();
    object.name = `fixture ${fixture.id}`;
    object.userData['fixture'] = fixture.id;
    object.applyMatrix4(facing(x, Math.max(0, floor), z, fixture.yaw));
    object.add(pickOf(fixture, laid.pick));
    fixtures.set(fixture.id, object);
  }
  return { mason, signs, screens, cars, fixtures };
}

const isSignOf = (fixture: Fixture): boolean => !['plaque', 'door', 'board'].includes(fixture.kind);

/** Roof, its sign and its lanterns. The sign hangs in the gable that looks to where the sala's fixture looks. */
function layOver(mason: Mason, signs: Signs, space: Space, sala: Sala, isRound: boolean, detail: boolean): void {
  if (isRound) {
    const front = space.spawns[0];
    const [x, z] = [(sala.box[0] + sala.box[2]) / 2, (sala.box[1] + sala.box[3]) / 2];
    layRoundRoof(mason, sala);
    layCircle(mason, sala, front ? (Math.atan2(front.at[0] - x, z - front.at[1]) * 180) / Math.PI : 180, space.fixtures.map(lineOf).find((each) => each !== null) ?? null);
    return;
  }
  const roof = layRoofOver(mason, sala, detail);
  if (!roof) return;
  const inside = space.fixtures.filter((fixture) => isInside(fixture.at[0], fixture.at[1], sala.box));
  const named = sala.isGreat ? { title: space.title, yaw: inside[0]?.yaw ?? 180 } : inside.find(isSignOf);
  const beam = sala.floor + (sala.isGreat ? 4.5 : 3.15);
  const reach = roof.length - (sala.isGreat ? 1.7 : 1);
  if (named) {
    const width = sala.isGreat ? 8 : 4.6;
    const y = sala.isGreat ? roof.eave + 0.29 * roof.rise : beam + 0.5;
    const way = facing(roof.x, y, roof.z, named.yaw);
    const out = roof.length - 0.85 + 0.26;
    const height = signs.add(named.title, way.clone().multiply(at(0, 0, out)), width);
    mason.lay('teak', 'teakDeep', box(width + 0.16, height + 0.16, 0.1), { at: way.clone().multiply(at(0, -height / 2 - 0.08, out - 0.09)), hollow: true });
  }
  const lamps = sala.isGreat ? [-0.66, 0, 0.66] : [0];
  const sides = sala.isGreat ? [-1, 1] : [0]; // beside the way to the board, never before it
  for (const part of lamps)
    for (const side of sides) {
      const [along, across] = [part * reach, side * roof.half * 0.52];
      const [x, z] = roof.alongX ? [roof.x + along, roof.z + across] : [roof.x + across, roof.z + along];
      layHanging(mason, x, beam - 0.1, z, 0.3, sala.isGreat ? 1.7 : 1.3);
    }
}

function layWalls(mason: Mason, garden: Garden, signs: Signs, space: Space, salas: readonly Sala[]): void {
  const monuments = space.scene === 'garden' ? [layBell, layPrang, layBud] : [];
  const squares = space.walls
    .flatMap((wall) => ('box' in wall ? [wall.box] : []))
    .filter(([x0, z0, x1, z1]) => Math.abs(x1 - x0 - (z1 - z0)) < 0.01 && x1 - x0 >= 4)
    .filter((each) => !pondsOf(space).some((pond) => isInside((each[0] + each[2]) / 2, (each[1] + each[3]) / 2, pond)))
    .toSorted((a, b) => b[2] - b[0] - (a[2] - a[0]));
  squares.forEach((square, i) => {
    monuments[i]?.(mason, square);
    if (monuments[i]) layUplights(mason, square);
  });
  for (const wall of space.walls) {
    if ('round' in wall) {
      const [x, z, r] = wall.round;
      if (salas.some((sala) => isInside(x, z, sala.box) && sala.columns.some((each) => each.x === x && each.z === z))) continue;
      if (r < 0.14) layPost(mason, x, z);
      else if (r <= 0.4) garden.frangipani(x, z, r, 3.1 + r * 4);
      else if (r < 0.66) garden.pot(x, z, r);
      else garden.rainTree(x, z, r);
    } else if (!squares.includes(wall.box) || space.scene !== 'garden') layBox(mason, garden, signs, space, wall.box);
  }
}

function layBox(mason: Mason, garden: Garden, signs: Signs, space: Space, each: Box): void {
  const [x0, z0, x1, z1] = each;
  const [w, d] = [x1 - x0, z1 - z0];
  const [x, z] = [(x0 + x1) / 2, (z0 + z1) / 2];
  const [thin, long] = [Math.min(w, d), Math.max(w, d)];
  if (pondsOf(space).some((pond) => isInside(x, z, pond))) return;
  // what belongs to a fixture is drawn with it
  if (long < 5 && space.fixtures.some((fixture) => isInside(fixture.at[0], fixture.at[1], each, 0.9))) return;
  const floor = topFloor(space.floors, x, z)?.y ?? 0;
  if (floor > 0) {
    if (space.scene !== 'meeting') return;
    if (long > 2) layPanel(mason, signs, space, x, z, floor, long);
    else layLectern(mason, x, z, floor, 180);
    return;
  }
  if (thin <= 0.25) layGate(mason, each);
  else if (thin <= 0.62 && long > 3) layWall(mason, each, long > 12 || thin > 0.55 ? 1.75 : 1.45);
  else if (thin >= 0.7 && long <= 1.3) layPier(mason, x, z, thin / 2);
  else if (long <= 3) layBench(mason, each);
  else garden.hedge(x0, z0, x1, z1, 0.75);
}

/** A post of a gateway, with a lantern on it. */
function layPier(mason: Mason, x: number, z: number, half: number): void {
  const tall = 2.5;
  mason.lay('plain', 'plaster', loft(rectangle(half - 0.08, half - 0.08), [[0.08, 0], [0.08, 0.36], [0, 0.44], [0, tall - 0.4], [0.07, tall - 0.3], [0.07, tall - 0.16], [-0.05, tall - 0.1], [-0.05, tall]]), { at: at(x, 0, z) });
  mason.lay('gold', 'gold', loft(rectangle(half - 0.08, half - 0.08), [[0.02, 0], [0.04, 0.03], [0.02, 0.06]]), { at: at(x, tall - 0.46, z), hollow: true });
  mason.lay('glow', 'lamp', box(0.34, 0.42, 0.34, 9), { at: at(x, tall + 0.02, z), hollow: true });
  for (const [dx, dz] of [[-1, -1], [1, -1], [-1, 1], [1, 1]] as const) mason.lay('teak', 'teakDeep', box(0.05, 0.46, 0.05, 9), { at: at(x + dx * 0.18, tall, z + dz * 0.18), hollow: true });
  mason.lay('plain', 'terracottaDeep', lathe([[0.44, tall + 0.45], [0.22, tall + 0.6], [0.08, tall + 0.78], [0, tall + 1]], 4), { at: at(x, 0, z, Math.PI / 4), hollow: true });
  mason.lamp(x, tall + 0.3, z, 1.4);
}

/** Leaves of a gate, closed: bars of teak. */
function layGate(mason: Mason, [x0, z0, x1, z1]: Box): void {
  const [w, d] = [x1 - x0, z1 - z0];
  const long = Math.max(w, d);
  const place = at((x0 + x1) / 2, 0, (z0 + z1) / 2, w > d ? 0 : Math.PI / 2);
  for (const y of [0.18, 1.05, 1.5]) mason.lay('teak', 'teakDeep', box(long, 0.09, 0.07), { at: place.clone().multiply(at(0, y, 0)), hollow: true });
  const bars = Math.round(long / 0.19);
  for (let i = 0; i <= bars; i++) {
    const t = i / bars;
    const tall = 1.62 + 0.3 * Math.abs(Math.sin(t * Math.PI * 2));
    mason.lay('teak', 'teak', box(0.055, tall - 0.08, 0.05, 9), { at: place.clone().multiply(at((t - 0.5) * (long - 0.06), 0.08, 0)), hollow: true });
  }
}

/** Trees and palms outside the walls: they close the view and are never reached. */
function surround(garden: Garden, space: Space, plenty: number): void {
  const [w, d] = space.size;
  const roll = dice(w * 7 + d);
  const rows = 1;
  for (let row = 0; row < rows; row++) {
    const away = 8 + row * 11;
    const around = 2 * (w + d) + 8 * away;
    const n = Math.round(around / (plenty > 0.6 ? 7 : 14));
    for (let i = 0; i < n; i++) {
      let t = ((i + roll() * 0.6) / n) * around;
      const [a, b] = [w + 2 * away, d + 2 * away];
      const side = t < a ? 0 : t < a + b ? 1 : t < 2 * a + b ? 2 : 3;
      t -= side === 0 ? 0 : side === 1 ? a : side === 2 ? a + b : 2 * a + b;
      const off = (roll() - 0.35) * 9;
      const [x, z] = side === 0 ? [-away + t, -away + off] : side === 1 ? [w + away + off, -away + t] : side === 2 ? [w + away - t, d + away + off] : [-away + off, d + away - t];
      if (roll() > 0.84) garden.palm(x, z, 8 + roll() * 5);
      else garden.far(x, z, 6 + roll() * 5);
    }
  }
}
