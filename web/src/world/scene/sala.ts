import type { Box, Floor, Space } from '../space';
import type { Mason } from './mason';
import type { Paint } from './palette';
import { layRoof, type Roof, under } from './roof';
import { at, box, lathe, loft, type Profile, rectangle } from './shape';

/** A raised floor with the columns that stand on it: what a sala is. Read out of the space's document. */
export type Sala = { box: Box; floor: number; columns: { x: number; z: number; r: number }[]; isGreat: boolean };

export const isInside = (x: number, z: number, [x0, z0, x1, z1]: Box, more = 0): boolean => x > x0 - more && x < x1 + more && z > z0 - more && z < z1 + more;
export const isFlat = (floor: Floor): boolean => floor.to === undefined || floor.to === null || floor.to === floor.y;

export function salasOf(space: Space): Sala[] {
  const columns = space.walls.flatMap((wall) => ('round' in wall && wall.round[2] <= 0.4 && wall.round[2] >= 0.14 ? [{ x: wall.round[0], z: wall.round[1], r: wall.round[2] }] : []));
  return space.floors
    .filter((floor) => isFlat(floor) && floor.y >= 0.3)
    .map((floor) => ({
      box: floor.box,
      floor: floor.y,
      columns: columns.filter(({ x, z }) => isInside(x, z, floor.box)),
      isGreat: (floor.box[2] - floor.box[0]) * (floor.box[3] - floor.box[1]) > 250,
    }));
}

const plinth = (height: number): Profile =>
  height > 0.7
    ? [[0.14, 0], [0.14, 0.16], [0.06, 0.22], [-0.02, 0.3], [-0.02, height - 0.34], [0.05, height - 0.24], [0.12, height - 0.16], [0.12, height - 0.02], [0.1, height]]
    : [[0.1, 0], [0.1, 0.1], [0.02, 0.16], [0.02, height - 0.14], [0.1, height - 0.08], [0.1, height - 0.015], [0.085, height]];

/** The raised floor: a moulded base of plaster, boards of teak. */
export function layPlatform(mason: Mason, { box: [x0, z0, x1, z1], floor }: Pick<Sala, 'box' | 'floor'>, detail: boolean): void {
  const [w, d] = [x1 - x0, z1 - z0];
  const place = at((x0 + x1) / 2, 0, (z0 + z1) / 2);
  const rings = plinth(floor);
  mason.lay('plain', 'plaster', loft(rectangle(w / 2 - 0.1, d / 2 - 0.1), rings, detail ? 1.6 : 4), { at: place, mirrored: true });
  mason.lay('planks', 'teakLight', box(w - 0.5, 0.012, d - 0.5, detail ? 1 : 2.4), { at: at((x0 + x1) / 2, floor, (z0 + z1) / 2) });
}

/** Steps where the document has a ramp, with a cheek at each side. */
export function layStairs(mason: Mason, { box: [x0, z0, x1, z1], y, to, along }: Floor): void {
  const end = to ?? y;
  const rises = Math.max(1, Math.round(Math.abs(end - y) / 0.15));
  const isX = along === 'x';
  const length = isX ? x1 - x0 : z1 - z0;
  const tread = length / rises;
  const upwards = end > y;
  const low = Math.min(y, end);
  const tall = Math.abs(end - y);
  for (let i = 0; i < rises; i++) {
    // the step that is i-th from below; a step's top lies a little above the slope that people walk on, half of it below
    const height = low + (tall * (i + 0.5)) / rises + 0.03;
    const from = upwards ? i * tread : length - (i + 1) * tread;
    const [w, d] = isX ? [tread, z1 - z0] : [x1 - x0, tread];
    const [x, z] = isX ? [x0 + from + tread / 2, (z0 + z1) / 2] : [(x0 + x1) / 2, z0 + from + tread / 2];
    mason.lay('plain', 'stone', loft(rectangle(w / 2, d / 2), mason.isFine ? [[0, 0], [0, height - 0.05], [0.03, height - 0.04], [0.03, height - 0.01], [0.015, height]] : [[0, 0], [0, height]], mason.isFine ? 1.5 : 3), { at: at(x, 0, z), hollow: i > 0 });
  }
  for (const side of [-1, 1]) {
    const [w, d] = isX ? [length + 0.1, 0.34] : [0.34, length + 0.1];
    const [x, z] = isX ? [(x0 + x1) / 2, side < 0 ? z0 - 0.17 : z1 + 0.17] : [side < 0 ? x0 - 0.17 : x1 + 0.17, (z0 + z1) / 2];
    const height = tall > 0.7 ? tall * 0.55 : tall * 0.75;
    mason.lay('plain', 'plaster', loft(rectangle(w / 2, d / 2), [[0, 0], [0, height - 0.07], [0.04, height - 0.05], [0.04, height - 0.01], [0.02, height]], 1.2), { at: at(x, 0, z) });
  }
}

/** Roof over the columns of a sala, the columns and their beams. Null where fewer than four columns stand. */
export function layRoofOver(mason: Mason, sala: Sala, detail: boolean): Roof | null {
  const { columns, floor, isGreat } = sala;
  if (columns.length < 4) return null;
  const xs = columns.map((each) => each.x);
  const zs = columns.map((each) => each.z);
  const [cx0, cx1, cz0, cz1] = [Math.min(...xs), Math.max(...xs), Math.min(...zs), Math.max(...zs)];
  const [w, d] = [cx1 - cx0, cz1 - cz0];
  const alongX = w > d;
  const [across, along] = alongX ? [d, w] : [w, d];
  const out = isGreat ? 1.9 : 1.05;
  const half = across / 2 + out;
  const rise = half * (isGreat ? 1.02 : 1.05);
  const tabs = isGreat ? 3 : 2;
  const tall = isGreat ? 4.5 : 3.15;
  const eave = floor + tall - under({ half, rise, tabs }, across / 2) + 0.3;
  const roof: Roof = { x: (cx0 + cx1) / 2, z: (cz0 + cz1) / 2, eave, half, length: along / 2 + (isGreat ? 1.7 : 1), rise, tiers: isGreat ? 3 : 2, tabs, alongX, detail };
  layRoof(mason, roof);
  for (const { x, z, r } of columns) {
    const off = alongX ? z - roof.z : x - roof.x;
    const height = eave + under(roof, off) - 0.3 - floor;
    layColumn(mason, x, floor, z, r, height, isGreat ? 'cream' : 'teak', detail ? 12 : 7);
  }
  layBeams(mason, roof, [cx0, cz0, cx1, cz1], floor + tall, columns);
  return roof;
}

function layColumn(mason: Mason, x: number, y: number, z: number, r: number, height: number, colour: Paint, sides: number): void {
  const place = at(x, y, z);
  const body: Profile = [[r * 0.98, 0.22], [r * 0.96, height * 0.5], [r * 0.86, height - 0.5]];
  const base: Profile = [[r * 1.28, 0], [r * 1.28, 0.12], [r * 0.98, 0.23]];
  const capital: Profile = [[r * 0.9, height - 0.5], [r * 0.96, height - 0.44], [r * 1.02, height - 0.28], [r * 1.25, height - 0.06], [r * 1.2, height]];
  mason.lay(colour === 'teak' ? 'teak' : 'plain', colour, lathe(body, sides), { at: place, mirrored: true });
  mason.lay('plain', 'stone', lathe(base, sides), { at: place, hollow: true });
  mason.lay('gold', 'gold', lathe(mason.isFine ? capital : capital.filter((_, i) => i % 2 === 0), sides), { at: place, hollow: true });
}

/** Beams on the columns: around the outside, and across from column to column. */
function layBeams(mason: Mason, roof: Roof, [x0, z0, x1, z1]: Box, y: number, columns: Sala['columns']): void {
  const thick = 0.24;
  const around: [number, number, number, number][] = [
    [(x0 + x1) / 2, z0, x1 - x0 + 0.5, thick],
    [(x0 + x1) / 2, z1, x1 - x0 + 0.5, thick],
    [x0, (z0 + z1) / 2, thick, z1 - z0 + 0.5],
    [x1, (z0 + z1) / 2, thick, z1 - z0 + 0.5],
  ];
  for (const [x, z, w, d] of around) {
    mason.lay('teak', 'teakDeep', box(w, 0.34, d, 2), { at: at(x, y - 0.34, z), hollow: true });
    if (mason.isFine) mason.lay('gold', 'gold', box(w + 0.02, 0.05, d + 0.02, 9), { at: at(x, y - 0.36, z), hollow: true });
  }
  const lines = [...new Set(columns.map((each) => (roof.alongX ? each.x : each.z)))];
  for (const line of lines.slice(1, -1)) {
    const [x, z, w, d] = roof.alongX ? [line, roof.z, thick, z1 - z0] : [roof.x, line, x1 - x0, thick];
    mason.lay('teak', 'teakDeep', box(w, 0.3, d, 2), { at: at(x, y - 0.3, z), hollow: true });
  }
}
