import { Matrix4 } from 'three';
import type { Mason } from './mason';
import { box, cutout, type Point, Shape } from './shape';

/** A gable roof in Thai order: tiers one behind the other along the ridge (sot), slopes broken into tabs one above the other (tap). */
export type Roof = {
  /** Middle of the plan, and the height of the lowest eave. */
  x: number;
  z: number;
  eave: number;
  /** Half the plan, eaves included: across the ridge, along it. */
  half: number;
  length: number;
  rise: number;
  tiers: number;
  tabs: number;
  /** The ridge runs along x instead of z. */
  alongX: boolean;
  detail: boolean;
};

/** How far above the eave the slope lies, for 0 (ridge) to 1 (eave): steep above, gentle below. */
const curve = (s: number): number => 0.46 * (1 - s) + 0.54 * (1 - s) ** 2;
const DROP = 0.16;
const BORDER = 0.42;
const breaks: Record<number, readonly number[]> = { 1: [0, 1], 2: [0, 0.58, 1], 3: [0, 0.44, 0.74, 1] };

/** Height of the lowest tier's slope above the eave at a distance from the ridge: what columns and walls below reach up to. */
export function under({ half, rise, tabs }: Pick<Roof, 'half' | 'rise' | 'tabs'>, from_ridge: number): number {
  const s = Math.min(1, Math.abs(from_ridge) / half);
  const cuts = breaks[tabs] ?? [0, 1];
  const tab = Math.max(0, cuts.findIndex((each, i) => i > 0 && s <= each) - 1);
  return curve(s) * rise + (cuts.length - 2 - tab) * DROP;
}

export function layRoof(mason: Mason, roof: Roof): void {
  const { half, length, rise, tiers, tabs, detail } = roof;
  const place = new Matrix4().makeTranslation(roof.x, roof.eave, roof.z);
  if (roof.alongX) place.multiply(new Matrix4().makeRotationY(Math.PI / 2));
  const cuts = breaks[tabs] ?? [0, 1];
  const inset = Math.min(2.6, length * 0.2);
  const lift = Math.min(1.25, rise * 0.13);
  for (let tier = 0; tier < tiers; tier++) {
    const l = length - tier * inset;
    const up = tier * lift;
    for (let tab = 0; tab < tabs; tab++) {
      const [s0 = 0, s1 = 1] = [cuts[tab], cuts[tab + 1]];
      const top = tab === 0 ? 0 : s0 - 0.05;
      const raised = up + (tabs - 1 - tab) * DROP;
      for (const side of [-1, 1]) layTab(mason, place, { half, l, rise, top, s1, raised, side });
      for (const end of [-1, 1]) layBoard(mason, place, { half, rise, top: tab === 0 ? 0 : s0, s1, raised, z: end * (l - 0.02), end, first: tab === 0, detail, size: Math.min(1, half / 6) });
    }
    layGable(mason, place, { roof, z: l - (tier === 0 ? 0.85 : 0.3), up, isFront: tier === 0, cuts });
    const ridge = rise + up + (tabs - 1) * DROP;
    mason.lay('plain', 'plasterDeep', box(0.26, 0.24, l * 2, 4), { at: place.clone().multiply(new Matrix4().makeTranslation(0, ridge - 0.08, 0)), hollow: true });
  }
}

type Tab = { half: number; l: number; rise: number; top: number; s1: number; raised: number; side: number };
function layTab(mason: Mason, place: Matrix4, { half, l, rise, top, s1, raised, side }: Tab): void {
  const y = (s: number): number => curve(s) * rise + raised;
  const rows: { s: number; down: number }[] = [];
  const steps = mason.isFine ? 6 : 4;
  let down = 0;
  for (let i = 0; i <= steps; i++) {
    const s = top + ((s1 - top) * i) / steps;
    if (i > 0) {
      const before = top + ((s1 - top) * (i - 1)) / steps;
      down += Math.hypot((s - before) * half, y(s) - y(before));
    }
    rows.push({ s, down });
  }
  const whole = down;
  // the lowest row is the border; put the cut where it begins
  const last = rows[steps - 1];
  if (last) {
    last.down = whole - BORDER;
    last.s = s1 - BORDER / Math.hypot(half, ((y(s1 - 0.02) - y(s1)) / 0.02));
  }
  const inner = Math.max(2, Math.ceil((2 * (l - BORDER)) / (mason.isFine ? 3 : 5)));
  const columns = [-l, ...Array.from({ length: inner + 1 }, (_, i) => -l + BORDER + (2 * (l - BORDER) * i) / inner), l];
  const field = new Shape();
  const border = new Shape();
  const soffit = new Shape();
  const normal = (s: number): Point => {
    const slope = ((y(s - 0.01) - y(s + 0.01)) / 0.02) / half;
    const length = Math.hypot(slope, 1);
    return [(side * slope) / length, 1 / length, 0];
  };
  for (let c = 0; c + 1 < columns.length; c++)
    for (let r = 0; r < steps; r++) {
      const [upper, lower] = [rows[r], rows[r + 1]];
      const [z0, z1] = [columns[c], columns[c + 1]];
      if (!upper || !lower || z0 === undefined || z1 === undefined) continue;
      const isBorder = c === 0 || c === columns.length - 2 || r === steps - 1;
      const into = isBorder ? border : field;
      const corner = (row: { s: number; down: number }, z: number): number => into.vertex([side * row.s * half, y(row.s), z], normal(row.s), z, row.down);
      const [a, b, d, e] = [corner(lower, z0), corner(lower, z1), corner(upper, z1), corner(upper, z0)];
      if (side < 0) into.index.push(a, b, d, a, d, e);
      else into.index.push(b, a, e, b, e, d);
      if (c % 2 === 0 && r % 2 === 0) {
        const next = rows[Math.min(r + 2, steps)];
        const z2 = columns[Math.min(c + 2, columns.length - 1)];
        if (!next || z2 === undefined) continue;
        const low = (row: { s: number }, z: number): Point => [side * row.s * half, y(row.s) - 0.13, z];
        if (side < 0) soffit.quad(low(upper, z0), low(upper, z2), low(next, z2), low(next, z0), [z0, upper.down, z2, next.down]);
        else soffit.quad(low(next, z0), low(next, z2), low(upper, z2), low(upper, z0), [z0, next.down, z2, upper.down]);
      }
    }
  const edge = new Shape();
  const x = side * s1 * half;
  const rim: [Point, Point, Point, Point] = [[x, y(s1) - 0.13, -l], [x, y(s1) - 0.13, l], [x, y(s1), l], [x, y(s1), -l]];
  if (side < 0) edge.sheet(...rim, 3);
  else edge.sheet(rim[1], rim[0], rim[3], rim[2], 3);
  mason.lay('tiles', 'terracotta', field, { at: place, mirrored: true });
  mason.lay('tiles', 'roofGreen', border, { at: place, mirrored: true });
  mason.lay('soffit', 'lacquer', soffit, { at: place, hollow: true });
  mason.lay('plain', 'goldPale', edge, { at: place, hollow: true });
}

type Board = { half: number; rise: number; top: number; s1: number; raised: number; z: number; end: number; first: boolean; detail: boolean; size: number };
/** The board along a gable's edge (lam yong), its small fins, the finial at its foot (hang hong) and, on the ridge, the cho fa. */
function layBoard(mason: Mason, place: Matrix4, { half, rise, top, s1, raised, z, end, first, detail, size }: Board): void {
  const y = (s: number): number => curve(s) * rise + raised;
  const n = mason.isFine ? 6 : 3;
  const [high, low] = [0.2 * size + 0.06, 0.24 * size + 0.06];
  for (const side of [-1, 1]) {
    const upper: [number, number][] = [];
    const lower: [number, number][] = [];
    for (let i = 0; i <= n; i++) {
      const s = top + ((s1 + 0.012 - top) * i) / n;
      upper.push([side * s * half, y(s) + high]);
      lower.push([side * s * half, y(s) - low]);
    }
    const outline = [...upper, ...lower.reverse()];
    mason.lay('gold', 'gold', cutout(side < 0 ? outline : outline.reverse(), 0.14), { at: place.clone().multiply(new Matrix4().makeTranslation(0, 0, z)), hollow: true, mirrored: true });
    const foot = place.clone().multiply(new Matrix4().makeTranslation(side * s1 * half, y(s1) + 0.02, z)).multiply(new Matrix4().makeScale(side * size * 1.15, size * 1.15, 1));
    mason.lay('gold', 'gold', cutout(mason.isFine ? tail : plainTail, 0.12), { at: foot, hollow: true });
    if (!detail) continue;
    const span = (s1 - top) * half;
    const count = Math.floor(span / (0.5 * size + 0.1));
    for (let i = 1; i < count; i++) {
      const s = top + ((s1 - top) * i) / count;
      const lean = Math.atan2(y(s + 0.02) - y(s - 0.02), 0.04 * half);
      const fin = place
        .clone()
        .multiply(new Matrix4().makeTranslation(side * s * half, y(s) + high - 0.02, z))
        .multiply(new Matrix4().makeScale(side, 1, 1))
        .multiply(new Matrix4().makeRotationZ(lean))
        .multiply(new Matrix4().makeScale(size, size, 1));
      mason.lay('gold', 'gold', leafOf(flame), { at: fin, hollow: true });
    }
  }
  if (!first) return;
  const crest = place
    .clone()
    .multiply(new Matrix4().makeTranslation(0, y(0) + high - 0.12, z))
    .multiply(new Matrix4().makeRotationY((-end * Math.PI) / 2))
    .multiply(new Matrix4().makeScale(0.42 + size * 0.66, 0.42 + size * 0.66, 1));
  mason.lay('gold', 'gold', cutout(mason.isFine ? crown : crown.filter((_, i) => i % 2 === 0), 0.13), { at: crest, hollow: true });
}

/** Swept to +x. The tail of the naga, at the foot of a board. */
const tail = [[-0.1, -0.2], [0.2, -0.26], [0.5, -0.18], [0.72, 0.1], [0.74, 0.36], [0.66, 0.64], [0.58, 0.32], [0.44, 0.15], [0.14, 0.22], [-0.1, 0.18]] as const;
const plainTail = [[-0.1, -0.22], [0.42, -0.22], [0.72, 0.14], [0.66, 0.64], [0.5, 0.18], [-0.1, 0.18]] as const;
const flame = [[-0.13, 0], [0.13, 0], [0.1, 0.14], [-0.06, 0.34], [-0.02, 0.16], [-0.12, 0.1]] as const;
/** A fin without thickness, seen from both sides. */
function leafOf(outline: readonly (readonly [number, number])[]): Shape {
  const shape = new Shape();
  const [a, b, c, d, e, f] = outline.map(([x, y]): Point => [x, y, 0]);
  if (a && b && c && d && e && f) shape.quad(a, b, c, e).triangle(c, d, e).quad(e, c, b, a).triangle(e, d, c);
  return shape;
}
/** The cho fa: a slender neck that bows outwards, a beak, a long tip. */
const crown = [
  [-0.2, -0.1], [0.2, -0.1], [0.27, 0.14], [0.24, 0.36], [0.3, 0.5], [0.52, 0.6], [0.32, 0.72], [0.24, 0.86], [0.2, 1.1], [0.23, 1.4], [0.32, 1.68], [0.5, 2.0],
  [0.2, 1.74], [0.06, 1.42], [0.02, 1.06], [0.02, 0.78], [-0.04, 0.5], [-0.14, 0.24],
] as const;

type Gable = { roof: Roof; z: number; up: number; isFront: boolean; cuts: readonly number[] };
/** The wall of the gable: a dark ground with a lotus in gold; below the upper tab a band of panels. */
function layGable(mason: Mason, place: Matrix4, { roof: { half, rise, tabs }, z, up, isFront, cuts }: Gable): void {
  const y = (s: number): number => curve(s) * rise + up - 0.06;
  const first = cuts[1] ?? 1;
  const upper = tabs === 1 ? 0.86 : first - 0.02;
  const raised = (tabs - 1) * DROP;
  for (const end of [-1, 1]) {
    const side = place.clone().multiply(new Matrix4().makeTranslation(0, 0, end * z)).multiply(new Matrix4().makeRotationY(end > 0 ? 0 : Math.PI));
    const base = y(upper) - 0.02;
    const arc = Array.from({ length: 13 }, (_, i): [number, number] => {
      const s = upper * (1 - i / 6);
      return [s * half, y(Math.abs(s)) + raised - 0.04];
    });
    mason.lay('plain', isFront ? 'peacockDeep' : 'lacquer', cutout([...arc, [-upper * half, base], [upper * half, base]], 0.1), { at: side, mirrored: true });
    if (!isFront) continue;
    // lower bands, one for each lower tab
    for (let tab = 1; tab < tabs; tab++) {
      const [s0 = 0, s1 = 1] = [cuts[tab], cuts[tab + 1]];
      const edge = s1 * 0.955;
      const more = (tabs - 1 - tab) * DROP;
      const band: [number, number][] = [];
      for (let i = 0; i <= 5; i++) {
        const s = edge + ((s0 - edge) * i) / 5;
        band.push([s * half, y(s) + more - 0.05]);
      }
      const foot = y(edge) - 0.02;
      const top = y(s0) + more - 0.05;
      mason.lay('teak', 'teak', cutout([...band, [s0 * half, foot]], 0.1), { at: side, mirrored: true });
      mason.lay('teak', 'teak', cutout([...band.map(([x, h]): [number, number] => [-x, h]), [-s0 * half, foot]].reverse() as [number, number][], 0.1), { at: side, mirrored: true });
      mason.lay('teak', 'teak', cutout([[-s0 * half, foot], [s0 * half, foot], [s0 * half, top], [-s0 * half, top]], 0.1), { at: side, mirrored: true });
      const beam = side.clone().multiply(new Matrix4().makeTranslation(0, foot - 0.1, 0.06));
      mason.lay('gold', 'gold', box(edge * half * 2 + 0.2, 0.14, 0.2, 3), { at: beam, hollow: true });
      const panels = Math.max(3, Math.round((s0 * half * 2) / 0.9));
      for (let i = 0; i < panels; i++) {
        const w = (s0 * half * 2) / panels;
        const x = -s0 * half + w * (i + 0.5);
        mason.lay('teak', 'teakLight', box(w - 0.16, Math.max(0.2, top - foot - 0.34), 0.05, 3), { at: side.clone().multiply(new Matrix4().makeTranslation(x, foot + 0.14, 0.06)), hollow: true });
      }
    }
    const tall = y(0) + raised - base;
    mason.lay('gold', 'gold', box(upper * half * 2 + 0.3, 0.16, 0.24, 3), { at: side.clone().multiply(new Matrix4().makeTranslation(0, base - 0.12, 0.06)), hollow: true });
    layLotus(mason, side.clone().multiply(new Matrix4().makeTranslation(0, base + 0.1, 0.07)), Math.min(tall * 0.62, upper * half * 0.9));
  }
}

/** An open lotus with rays of light, in flat gold. */
function layLotus(mason: Mason, place: Matrix4, tall: number): void {
  const petal = (width: number, height: number): [number, number][] => [[0, 0], [width * 0.42, height * 0.3], [width * 0.36, height * 0.62], [0, height], [-width * 0.36, height * 0.62], [-width * 0.42, height * 0.3]];
  for (const [turn, size, depth] of [[0, 1, 0.1], [0.52, 0.86, 0.08], [-0.52, 0.86, 0.08], [1.02, 0.74, 0.06], [-1.02, 0.74, 0.06], [1.42, 0.56, 0.05], [-1.42, 0.56, 0.05]] as const)
    if (mason.isFine || size > 0.8) mason.lay('gold', size === 1 ? 'goldPale' : 'gold', cutout(petal(tall * 0.34 * size, tall * 0.72 * size), depth), {
      at: place.clone().multiply(new Matrix4().makeRotationZ(-turn)),
      hollow: true,
    });
}
