import { BoxGeometry, Matrix4, Mesh, Vector3 } from 'three';
import type { Line } from '../../meeting/poll';
import type { Fixture } from '../space';
import type { Mason } from './mason';
import { paint, type Paint } from './palette';
import { layRoof } from './roof';
import { layLectern } from './round';
import { at, box, dice, facing, lathe, loft, rectangle, seedOf, Shape, slab, block } from './shape';
import { Screen } from './screen';
import type { Signs } from './sign';
import type { Car } from './traffic';

/** The top of a model table on which a district lies, m: what `kinds.city` draws and table/in-space.svelte.ts fills. */
export const cityTable = { wide: 5.8, deep: 4.5, high: 0.8 };

/** The sheet of a measure on show, m: wide, high, and how far above the floor. */
export const measureStand = { wide: 2.4, high: 1.5, low: 0.95 };

type Laid = { /** Middle above the floor and size of what a ray can hit. */ pick: [middle: number, width: number, height: number, depth: number]; screen?: Screen; cars?: Car[] };
type Place = (matrix: Matrix4) => Matrix4;

/** Draws a fixture by its kind: furniture into the mason's meshes, its title among the signs. */
export function layFixture(mason: Mason, signs: Signs, fixture: Fixture, floor: number, isSigned: boolean, detail: boolean): Laid {
  const base = facing(fixture.at[0], floor, fixture.at[1], fixture.yaw);
  const place: Place = (matrix) => base.clone().multiply(matrix);
  const lay = kinds[fixture.kind] ?? kinds['plaque'];
  const laid = lay?.(mason, signs, fixture, place, { floor, isSigned, detail }) ?? { pick: [1, 1, 2, 1] };
  return laid;
}

type Lay = (mason: Mason, signs: Signs, fixture: Fixture, place: Place, at: { floor: number; isSigned: boolean; detail: boolean }) => Laid;

/** A name board on two posts behind a thing that stands in no sala of its own. */
function post(mason: Mason, signs: Signs, fixture: Fixture, place: Place, y: number, z: number, width = 2.2): void {
  const height = signs.add(fixture.title, place(at(0, y, z + 0.06)), width);
  mason.lay('teak', 'teakDeep', box(width + 0.14, height + 0.14, 0.08), { at: place(at(0, y - height / 2 - 0.07, z)), hollow: true });
  for (const side of [-1, 1]) mason.lay('teak', 'teakDeep', lathe([[0.05, 0], [0.05, y + height / 2 + 0.16], [0.07, y + height / 2 + 0.2], [0, y + height / 2 + 0.3]], 8), { at: place(at(side * (width / 2 + 0.09), 0, z)), hollow: true });
}

const kinds: Record<string, Lay> = {
  board(mason, signs, fixture, place) {
    const [w, h] = [6.2, 3.4];
    const low = 0.95;
    mason.lay('teak', 'teakDeep', box(w + 0.5, h + 0.5, 0.22, 1), { at: place(at(0, low - 0.25, -0.14)) });
    mason.lay('gold', 'gold', box(w + 0.16, h + 0.16, 0.06, 8), { at: place(at(0, low - 0.08, -0.03)), hollow: true });
    mason.lay('plain', 'plaster', loft(rectangle(w / 2 + 0.4, 0.45), [[0.1, 0], [0.1, 0.12], [0, 0.2], [0, low - 0.42], [0.08, low - 0.34], [0.08, low - 0.28]]), { at: place(at(0, 0, -0.25)) });
    const height = signs.add(fixture.title, place(at(0, low + h + 0.72, 0.06)), 4.2);
    mason.lay('teak', 'teakDeep', box(4.36, height + 0.14, 0.1), { at: place(at(0, low + h + 0.72 - height / 2 - 0.07, -0.02)), hollow: true });
    return { pick: [low + h / 2, w, h, 0.6], screen: new Screen(fixture, place(at(0, low + h / 2, 0.03)), w, h) };
  },
  record(mason, signs, fixture, place, { isSigned }) {
    const roll = dice(seedOf(fixture.id));
    // a wall of ledgers
    const [w, h] = [3.2, 2.1];
    for (const side of [-1, 1]) mason.lay('teak', 'teak', box(0.1, h, 0.5), { at: place(at((side * w) / 2, 0, -0.7)) });
    mason.lay('teak', 'teakDeep', box(w, h, 0.05), { at: place(at(0, 0, -0.94)) });
    for (let row = 0; row < 5; row++) {
      const y = row * 0.42 + 0.02;
      mason.lay('teak', 'teak', box(w, 0.05, 0.5), { at: place(at(0, y, -0.7)), hollow: true });
      if (row === 4) continue;
      for (let x = -w / 2 + 0.12; x < w / 2 - 0.16; ) {
        const thick = (mason.isFine ? 0.07 : 0.14) + roll() * 0.06;
        const tall = 0.28 + roll() * 0.06;
        const colours: Paint[] = ['peacock', 'lacquer', 'teakLight', 'cream', 'roofGreen', 'peacockDeep'];
        if (roll() > 0.08) {
          mason.lay('plain', colours[Math.floor(roll() * colours.length)] ?? 'cream', block(thick - 0.012, tall, 0.32), { at: place(at(x + thick / 2, y + 0.05, -0.64)), hollow: true });
          const band = new Shape().quad([-thick / 2 + 0.006, -0.0125, 0], [thick / 2 - 0.006, -0.0125, 0], [thick / 2 - 0.006, 0.0125, 0], [-thick / 2 + 0.006, 0.0125, 0]);
          if (mason.isFine) mason.lay('gold', 'gold', band, { at: place(at(x + thick / 2, y + 0.05 + tall * 0.7, -0.475)), hollow: true });
        }
        x += thick;
      }
    }
    mason.lay('teak', 'teak', loft(rectangle(w / 2 + 0.04, 0.27), [[0, 0], [0.05, 0.05], [0.05, 0.12], [0, 0.14]]), { at: place(at(0, h - 0.02, -0.7)), hollow: true });
    // the kiosk before it
    mason.lay('teak', 'teakDeep', loft(rectangle(0.3, 0.2), [[0.06, 0], [0.06, 0.08], [-0.04, 0.14], [-0.04, 0.88], [0.1, 0.98]]), { at: place(at(0, 0, 0.1)) });
    const tilt = new Matrix4().makeRotationX(-0.95).setPosition(0, 1.1, 0.12);
    mason.lay('teak', 'teakLight', box(0.9, 0.62, 0.06), { at: place(tilt.clone().multiply(at(0, -0.31, -0.04))), hollow: true });
    signs.add(fixture.title, place(tilt.clone().multiply(at(0, 0.12, 0.03))), 0.8);
    for (let i = 0; i < 4; i++) mason.lay('plain', i % 2 ? 'goldPale' : 'cream', box(0.7 - i * 0.1, 0.035, 0.012), { at: place(tilt.clone().multiply(at(-0.05 * i, -0.06 - i * 0.06, -0.008))), hollow: true });
    if (!isSigned) post(mason, signs, fixture, place, 2.7, -1);
    return { pick: [1.1, 3.2, 2.3, 1.4] };
  },
  measures(mason, signs, fixture, place, { isSigned }) {
    const roll = dice(seedOf(fixture.id));
    mason.lay('teak', 'teakLight', slab(2.5, 0.07, 1.05, 0.02), { at: place(at(0, 0.72, 0)) });
    for (const x of [-1, 1]) {
      mason.lay('teak', 'teakDeep', box(0.34, 0.72, 0.9), { at: place(at(x * 0.95, 0, 0)) });
      for (let i = 0; i < 3; i++) mason.lay('gold', 'gold', box(0.12, 0.03, 0.03), { at: place(at(x * 0.95, 0.16 + i * 0.2, 0.46)), hollow: true });
    }
    mason.lay('teak', 'teakDeep', box(1.6, 0.5, 0.05), { at: place(at(0, 0.22, 0.4)) });
    const covers: Paint[] = ['carSaffron', 'peacock', 'lacquer', 'roofGreen', 'cream'];
    // evidence in folders: piles, and one that lies open
    for (const [x, z, count] of [[-0.95, -0.1, 7], [-0.5, -0.18, 4], [0.98, -0.05, 9]] as const)
      for (let i = 0; i < count; i++) {
        const turn = at(x + (roll() - 0.5) * 0.04, 0.79 + i * 0.036, z, (roll() - 0.5) * 0.22);
        mason.lay('plain', covers[Math.floor(roll() * covers.length)] ?? 'cream', box(0.34, 0.03, 0.46), { at: place(turn), hollow: true });
        mason.lay('plain', 'cream', box(0.32, 0.02, 0.452), { at: place(turn.clone().multiply(at(0.013, 0.005, 0.01))), hollow: true });
      }
    for (const side of [-1, 1]) {
      mason.lay('plain', 'peacock', box(0.36, 0.012, 0.5), { at: place(at(0.2 + side * 0.185, 0.79, 0.1, 0)), hollow: true });
      mason.lay('plain', 'cream', box(0.32, 0.02, 0.46), { at: place(at(0.2 + side * 0.17, 0.795, 0.1)), hollow: true });
      for (let i = 0; i < 5; i++) mason.lay('plain', 'stoneDeep', box(0.24 - roll() * 0.08, 0.002, 0.018), { at: place(at(0.2 + side * 0.17, 0.8155, -0.06 + i * 0.08)), hollow: true });
    }
    mason.lay('gold', 'gold', lathe([[0.1, 0], [0.1, 0.02], [0.02, 0.05], [0.02, 0.3], [0.14, 0.34], [0.02, 0.48]], 10), { at: place(at(-0.05, 0.79, -0.36)), hollow: true });
    // the way of a measure, pinned up: sheets joined by a thread
    mason.lay('teak', 'teak', box(3, 1.5, 0.08), { at: place(at(0, 0.85, -1.3)) });
    for (const side of [-1, 1]) mason.lay('teak', 'teakDeep', box(0.1, 2.45, 0.12), { at: place(at(side * 1.52, 0, -1.3)) });
    mason.lay('plain', 'plasterDeep', box(2.8, 1.32, 0.02), { at: place(at(0, 0.94, -1.26)), hollow: true });
    const pins = [[-1.05, 1.5], [-0.4, 1.78], [0.25, 1.42], [0.98, 1.72]] as const;
    pins.forEach(([x, y], i) => {
      const sheet = at(x, y - 0.25, -1.24);
      mason.lay('plain', 'petal', box(0.44, 0.54, 0.02), { at: place(sheet), hollow: true });
      mason.lay('plain', (['peacock', 'carSaffron', 'roofGreen', 'lacquer'] as const)[i] ?? 'peacock', box(0.36, 0.1, 0.024), { at: place(sheet.clone().multiply(at(0, 0.38, 0))), hollow: true });
      for (let k = 0; k < 4; k++) mason.lay('plain', 'stone', box(0.34 - roll() * 0.12, 0.018, 0.024), { at: place(sheet.clone().multiply(at(-0.02, 0.3 - k * 0.07, 0))), hollow: true });
      const next = pins[i + 1];
      if (!next) return;
      const [dx, dy] = [next[0] - x, next[1] - y];
      const thread = new Matrix4().makeRotationZ(Math.atan2(dy, dx)).setPosition((x + next[0]) / 2, (y + next[1]) / 2 + 0.24, -1.215);
      mason.lay('plain', 'lacquer', box(Math.hypot(dx, dy), 0.014, 0.014), { at: place(thread), hollow: true });
    });
    if (!isSigned) post(mason, signs, fixture, place, 2.9, -1.3);
    return { pick: [1.1, 3, 2.2, 1.6] };
  },
  measure(mason, _signs, fixture, place) {
    // a sheet in a frame of teak on a base of plaster, a small roof board above it
    const { wide: w, high: h, low } = measureStand;
    mason.lay('plain', 'plaster', loft(rectangle(w / 2 + 0.12, 0.24), [[0.08, 0], [0.08, 0.1], [0, 0.18], [0, low - 0.22], [0.06, low - 0.16], [0.06, low - 0.1]]), { at: place(at(0, 0, -0.05)) });
    mason.lay('teak', 'teakDeep', box(w + 0.26, h + 0.26, 0.14, 1), { at: place(at(0, low - 0.13, -0.1)) });
    mason.lay('gold', 'gold', box(w + 0.08, h + 0.08, 0.04, 8), { at: place(at(0, low - 0.04, -0.03)), hollow: true });
    mason.lay('teak', 'teak', loft(rectangle(w / 2 + 0.18, 0.12), [[0, 0], [0.05, 0.06], [0.03, 0.13], [-0.06, 0.18]]), { at: place(at(0, low + h + 0.12, -0.06)), hollow: true });
    return { pick: [low + h / 2, w, h, 0.5], screen: new Screen(fixture, place(at(0, low + h / 2, 0.02)), w, h) };
  },
  street: (mason, signs, fixture, place, context) => layStreet(mason, signs, fixture, place, context),
  live_street: (mason, signs, fixture, place, context) => layStreet(mason, signs, fixture, place, context),
  city(mason, signs, fixture, place, { isSigned }) {
    // what lies on it comes from the district itself: table/in-space.svelte.ts
    const { wide: w, deep: d, high: y } = cityTable;
    // a low chest of teak with a moulded foot and a rim of gold, as scripture chests have
    mason.lay('teak', 'teakDeep', loft(rectangle(w / 2 - 0.3, d / 2 - 0.3), [[0.14, 0], [0.14, 0.1], [0.02, 0.18], [0, y - 0.28], [0.1, y - 0.2]]), { at: place(at(0, 0, 0)) });
    mason.lay('teak', 'teak', slab(w + 0.36, 0.16, d + 0.36, 0.03), { at: place(at(0, y - 0.16, 0)) });
    mason.lay('gold', 'gold', loft(rectangle(w / 2 - 0.29, d / 2 - 0.29), [[0.02, 0], [0.05, 0.025], [0.02, 0.05]]), { at: place(at(0, y - 0.34, 0)), hollow: true });
    for (const side of [-1, 1]) {
      mason.lay('gold', 'gold', box(w + 0.06, 0.022, 0.03, 9), { at: place(at(0, y, side * (d / 2 + 0.03))), hollow: true });
      mason.lay('gold', 'gold', box(0.03, 0.022, d + 0.06, 9), { at: place(at(side * (w / 2 + 0.03), y, 0)), hollow: true });
    }
    const height = signs.add(fixture.title, place(at(0, y - 0.19, d / 2 + 0.215)), 1.5);
    mason.lay('teak', 'teakDeep', box(1.6, height + 0.06, 0.04), { at: place(at(0, y - 0.19 - height / 2 - 0.03, d / 2 + 0.175)), hollow: true });
    if (!isSigned) post(mason, signs, fixture, place, 3, -2.4);
    return { pick: [0.75, w + 0.3, 1.4, d + 0.3] };
  },
  mirror(mason, signs, fixture, place, { isSigned }) {
    const [w, h] = [1.15, 2.05];
    mason.lay('plain', 'stone', slab(1.9, 0.14, 0.8), { at: place(at(0, 0, 0)) });
    for (const side of [-1, 1]) {
      mason.lay('teak', 'teak', lathe([[0.1, 0], [0.1, 0.12], [0.07, 0.18], [0.07, h + 0.34], [0.1, h + 0.4], [0.1, h + 0.46], [0.03, h + 0.55], [0, h + 0.66]], 12), { at: place(at(side * (w / 2 + 0.13), 0.14, 0)) });
      mason.lay('teak', 'teak', box(0.14, 0.1, 0.66), { at: place(at(side * (w / 2 + 0.13), 0.14, 0)) });
    }
    mason.lay('teak', 'teakDeep', box(w + 0.2, h + 0.12, 0.08), { at: place(at(0, 0.32, -0.05)) });
    mason.lay('gold', 'gold', box(w + 0.08, h + 0.02, 0.06), { at: place(at(0, 0.37, -0.03)), hollow: true });
    mason.lay('teak', 'teak', loft(rectangle(w / 2 + 0.14, 0.09), [[0, 0], [0.04, 0.06], [0.02, 0.14], [-0.06, 0.2], [-0.3, 0.34]]), { at: place(at(0, h + 0.46, -0.03)), hollow: true });
    if (!isSigned) post(mason, signs, fixture, place, h + 1.15, -0.12, 2.2);
    return { pick: [1.3, 1.7, 2.6, 0.8], screen: new Screen(fixture, place(at(0, 0.38 + h / 2, 0.005)), w, h, 'mirror') };
  },
  meeting(mason, signs, fixture, place, context) {
    const part = fixture.opens?.['part'];
    if (part === 'draft') return layDraftBoard(mason, signs, fixture, place);
    if (part === 'floor') return layFloorLectern(mason, fixture, place);
    // its middle only: whoever points across the floor means the floor
    if (part === 'poll') return { pick: [0.5, 1.6, 1, 0.8] };
    return kinds['plaque']?.(mason, signs, fixture, place, context) ?? { pick: [1, 1, 2, 1] };
  },
  plaque(mason, signs, fixture, place) {
    mason.lay('plain', 'stone', loft(rectangle(0.56, 0.26), [[0.08, 0], [0.08, 0.1], [0, 0.16], [-0.06, 0.66], [-0.06, 0.74]]), { at: place(at(0, 0, -0.05)) });
    const tilt = new Matrix4().makeRotationX(-0.62).setPosition(0, 1.06, 0);
    mason.lay('plain', 'stoneDeep', box(1.42, 0.9, 0.09), { at: place(tilt.clone().multiply(at(0, -0.45, -0.06))) });
    signs.add(fixture.title, place(tilt.clone().multiply(at(0, 0, 0.055))), 1.32, fixture.text ?? fixture.title);
    return { pick: [0.8, 1.5, 1.5, 0.9] };
  },
  door(mason, signs, fixture, place, { detail, floor }) {
    const [w, h] = [2.3, 2.5];
    // a gatehouse of plaster with a double leaf of teak
    for (const side of [-1, 1]) {
      mason.lay('plain', 'plaster', loft(rectangle(0.36, 0.48), [[0.08, 0], [0.08, 0.34], [0, 0.42], [0, h + 0.1], [0.06, h + 0.2], [0.06, h + 0.34]]), { at: place(at(side * (w / 2 + 0.36), 0, -0.1)) });
      mason.lay('gold', 'gold', loft(rectangle(0.37, 0.49), [[0, 0], [0.02, 0.03], [0, 0.06]]), { at: place(at(side * (w / 2 + 0.36), h, -0.1)), hollow: true });
    }
    mason.lay('plain', 'plaster', box(w + 1.5, 0.95, 0.86), { at: place(at(0, h + 0.3, -0.1)) });
    mason.lay('teak', 'teakDeep', box(w, h + 0.32, 0.06), { at: place(at(0, 0, 0.08)) });
    for (const side of [-1, 1]) {
      const leaf = place(at(side * (w / 4), 0.08, 0.13));
      mason.lay('teak', 'teak', box(w / 2 - 0.03, h + 0.14, 0.08), { at: leaf });
      for (const [y, tall] of [[0.18, 0.5], [0.84, 1.2], [2.16, 0.36]] as const) {
        mason.lay('teak', 'teakDeep', box(w / 2 - 0.3, tall, 0.1), { at: leaf.clone().multiply(at(0, y, 0)), hollow: true });
        mason.lay('teak', 'teakLight', box(w / 2 - 0.42, tall - 0.12, 0.12), { at: leaf.clone().multiply(at(0, y + 0.06, 0)), hollow: true });
      }
      mason.lay('gold', 'gold', lathe([[0.09, 0], [0.06, 0.03], [0.03, 0.05], [0, 0.06]], 12), { at: leaf.clone().multiply(new Matrix4().makeRotationX(Math.PI / 2).setPosition(-side * (w / 4 - 0.16), 1.05, 0.05)), hollow: true });
    }
    mason.lay('plain', 'stone', slab(w + 1.2, 0.04, 0.8), { at: place(at(0, 0, 0.5)) });
    const height = signs.add(fixture.title, place(at(0, h + 0.78, 0.4)), 3.4);
    mason.lay('teak', 'teakDeep', box(3.52, height + 0.12, 0.06), { at: place(at(0, h + 0.78 - height / 2 - 0.06, 0.325)), hollow: true });
    const middle = place(at(0, h + 1.3, -0.1));
    const spot = new Vector3().setFromMatrixPosition(middle);
    const turned = Math.abs(Math.sin((fixture.yaw * Math.PI) / 180)) > 0.7;
    layRoof(mason, { x: spot.x, z: spot.z, eave: floor + h + 1.12, half: 2.1, length: 1.05, rise: 1.9, tiers: 1, tabs: detail ? 2 : 1, alongX: turned, detail });
    return { pick: [1.6, 3, 3.2, 1.2] };
  },
};

/** The line on the floor that a fixture has, from its left end to its right, or nothing. */
export function lineOf(fixture: Fixture): Line | null {
  const isPoint = (value: unknown): value is [number, number] => Array.isArray(value) && value.length === 2 && value.every((each) => Number.isFinite(each));
  const { from, to } = fixture.opens ?? {};
  return fixture.kind === 'meeting' && isPoint(from) && isPoint(to) ? { from, to } : null;
}

/** The board of a meeting: a sheet as wide as a wall in a frame of teak, its name above. */
function layDraftBoard(mason: Mason, signs: Signs, fixture: Fixture, place: Place): Laid {
  const [w, h, low] = [4.3, 2.42, 0.85];
  mason.lay('teak', 'teakDeep', box(w + 0.4, h + 0.4, 0.14, 1), { at: place(at(0, low - 0.2, -0.1)) });
  mason.lay('gold', 'gold', box(w + 0.1, h + 0.1, 0.04, 8), { at: place(at(0, low - 0.05, -0.03)), hollow: true });
  for (const side of [-1, 1]) mason.lay('teak', 'teak', lathe([[0.1, 0], [0.1, 0.1], [0.06, 0.16], [0.06, low + h + 0.3], [0.1, low + h + 0.36], [0, low + h + 0.56]], 10), { at: place(at(side * (w / 2 + 0.28), 0, -0.06)) });
  const height = signs.add(fixture.title, place(at(0, low + h + 0.52, 0.02)), 2.6);
  mason.lay('teak', 'teakDeep', box(2.74, height + 0.12, 0.08), { at: place(at(0, low + h + 0.52 - height / 2 - 0.06, -0.07)), hollow: true });
  return { pick: [low + h / 2, w, h, 0.5], screen: new Screen(fixture, place(at(0, low + h / 2, 0.02)), w, h) };
}

/** The lectern of a meeting, with a face that tells who speaks and how long. */
function layFloorLectern(mason: Mason, fixture: Fixture, place: Place): Laid {
  const spot = new Vector3().setFromMatrixPosition(place(new Matrix4()));
  layLectern(mason, spot.x, spot.z, spot.y, fixture.yaw);
  const [w, h] = [0.99, 0.66];
  mason.lay('teak', 'teakDeep', box(w + 0.1, h + 0.1, 0.06), { at: place(at(0, 0.27, 0.27)) });
  return { pick: [0.7, 1.1, 1.4, 0.9], screen: new Screen(fixture, place(at(0, 0.32 + h / 2, 0.335)), w, h) };
}

/** A model table: streets, blocks and cars made of a seed that is the fixture's name. */
function layStreet(mason: Mason, signs: Signs, fixture: Fixture, place: Place, { isSigned }: { isSigned: boolean }): Laid {
  const roll = dice(seedOf(fixture.id));
  const [w, d, y] = [3.4, 2, 0.84];
  mason.lay('teak', 'teak', slab(w + 0.24, 0.12, d + 0.24, 0.03), { at: place(at(0, y - 0.12, 0)) });
  for (const [x, z] of [[-1, -1], [1, -1], [-1, 1], [1, 1]] as const) mason.lay('teak', 'teakDeep', lathe([[0.09, 0], [0.07, 0.1], [0.09, 0.5], [0.1, y - 0.12]], 10), { at: place(at(x * (w / 2 - 0.2), 0, z * (d / 2 - 0.2))) });
  mason.lay('teak', 'teakDeep', box(w - 0.4, 0.12, 0.06), { at: place(at(0, y - 0.26, d / 2 - 0.2)), hollow: true });
  mason.lay('road', 'road', box(w, 0.012, d, 9), { at: place(at(0, y, 0)) });
  const cut = (n: number, span: number): number[] => [-span / 2, ...Array.from({ length: n }, (_, i) => -span / 2 + (span * (i + 1 + (roll() - 0.5) * 0.5)) / (n + 1)), span / 2];
  const [xs, zs] = [cut(4, w), cut(2, d)];
  const lane = 0.07;
  const top = y + 0.012;
  for (let i = 0; i + 1 < xs.length; i++)
    for (let k = 0; k + 1 < zs.length; k++) {
      const [x0, x1, z0, z1] = [(xs[i] ?? 0) + lane, (xs[i + 1] ?? 0) - lane, (zs[k] ?? 0) + lane, (zs[k + 1] ?? 0) - lane];
      if (x1 - x0 < 0.1 || z1 - z0 < 0.1) continue;
      const isPark = roll() < 0.16;
      mason.lay('plain', isPark ? 'grass' : 'plasterDeep', box(x1 - x0, 0.014, z1 - z0, 9), { at: place(at((x0 + x1) / 2, top, (z0 + z1) / 2)), hollow: true });
      const n = Math.max(1, Math.round((x1 - x0) / (mason.isFine ? 0.2 : 0.4)));
      for (let j = 0; j < n; j++)
        for (const half of [0, 1]) {
          const bw = (x1 - x0) / n;
          const bd = (z1 - z0) / 2;
          const [cx, cz] = [x0 + bw * (j + 0.5), z0 + bd * (half + 0.5)];
          if (isPark) {
            mason.lay('leaf', roll() > 0.5 ? 'leaf' : 'leafDeep', lathe([[0.01, 0], [0.06, 0.06], [0.05, 0.12], [0, 0.16]], 7, true), { at: place(at(cx, top + 0.014, cz, 0, 0.7 + roll() * 0.5)), hollow: true });
          } else if (roll() > 0.12) {
            const tall = 0.06 + roll() ** 2 * 0.3;
            mason.lay('plain', roll() > 0.86 ? 'terracotta' : 'model', block(bw * (0.72 + roll() * 0.18), tall, bd * (0.7 + roll() * 0.2)), { at: place(at(cx, top + 0.014, cz)), hollow: true });
          }
        }
    }
  const cars: Car[] = [];
  const colours: Paint[] = ['carRed', 'carBlue', 'carSaffron', 'petal', 'petal', 'road'];
  const drive = (a: [number, number], b: [number, number]): void => {
    const [from, to] = [a, b].map(([x, z]) => new Vector3(x, top, z).applyMatrix4(place(new Matrix4()))) as [Vector3, Vector3];
    const n = (mason.isFine ? 2 : 1) + Math.floor(roll() * 3);
    for (let i = 0; i < n; i++) cars.push({ from, to, part: (i + roll() * 0.6) / n, speed: fixture.kind === 'live_street' ? 0.16 + roll() * 0.08 : 0, colour: paint(colours[Math.floor(roll() * colours.length)] ?? 'petal') });
  };
  for (const x of xs.slice(1, -1)) {
    drive([x - 0.032, -d / 2 + 0.04], [x - 0.032, d / 2 - 0.04]);
    drive([x + 0.032, d / 2 - 0.04], [x + 0.032, -d / 2 + 0.04]);
    mason.lay('plain', 'cream', box(0.006, 0.002, d - 0.06, 9), { at: place(at(x, top + 0.001, 0)), hollow: true });
  }
  for (const z of zs.slice(1, -1)) {
    drive([-w / 2 + 0.04, z + 0.032], [w / 2 - 0.04, z + 0.032]);
    drive([w / 2 - 0.04, z - 0.032], [-w / 2 + 0.04, z - 0.032]);
    mason.lay('plain', 'cream', box(w - 0.06, 0.002, 0.006, 9), { at: place(at(0, top + 0.002, z)), hollow: true });
    for (const x of xs.slice(1, -1)) {
      const pole = place(at(x + 0.09, top, z + 0.09));
      mason.lay('plain', 'asphalt', box(0.012, 0.14, 0.012), { at: pole, hollow: true });
      mason.lay('glow', fixture.kind === 'live_street' && roll() > 0.5 ? 'leafPale' : 'carRed', box(0.026, 0.04, 0.026), { at: pole.clone().multiply(at(0, 0.13, 0)), hollow: true });
    }
  }
  if (!isSigned) post(mason, signs, fixture, place, 2.4, -1.5);
  else {
    const tilt = new Matrix4().makeRotationX(-0.7).setPosition(0, y - 0.02, d / 2 + 0.2);
    signs.add(fixture.title, place(tilt), 1.1);
    mason.lay('teak', 'teakDeep', box(1.16, 0.25, 0.03), { at: place(tilt.clone().multiply(at(0, -0.125, -0.03))), hollow: true });
  }
  return { pick: [0.7, w, 1.2, d], cars };
}

/** What a ray hits; never drawn. */
export function pickOf(fixture: Fixture, [middle, width, height, depth]: Laid['pick']): Mesh {
  const mesh = new Mesh(new BoxGeometry(Math.max(0.6, width), Math.max(0.6, height), Math.max(0.6, depth)));
  mesh.visible = false;
  mesh.position.y = middle;
  mesh.userData['fixture'] = fixture.id;
  mesh.name = `reach of ${fixture.id}`;
  return mesh;
}
