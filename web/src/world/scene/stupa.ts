import type { Box } from '../space';
import type { Mason } from './mason';
import { at, box, lathe, loft, type Profile, rectangle, redented } from './shape';

/** Heights in parts of the width of the base, after the drawings in handbooks; no building was measured. */
const scaled = (profile: Profile, k: number): Profile => profile.map(([r, y]) => [r * k, y * k]);

/** Bell-shaped chedi (song rakhang): square terraces, rings of mouldings, bell, throne (banlang), ringed spire. */
export function layBell(mason: Mason, [x0, z0, x1, z1]: Box): number {
  const w = x1 - x0;
  const place = at((x0 + x1) / 2, 0, (z0 + z1) / 2);
  const h = w / 2;
  const terrace: Profile = [[0, 0], [0, 0.5], [-0.1, 0.6], [-0.18, 0.75], [-0.18, 1.25], [-0.08, 1.4], [-0.08, 1.6], [-0.6, 1.62]];
  mason.lay('plain', 'plasterDeep', loft(rectangle(h, h), terrace, 1.2), { at: place, mirrored: true });
  const second: Profile = [[0, 0], [0.08, 0.1], [0.08, 0.3], [-0.08, 0.42], [-0.08, 0.9], [0.06, 1.02], [0.06, 1.2], [-0.5, 1.22]];
  mason.lay('plain', 'plaster', loft(redented(h - 1.25, 2, 0.42), second, 1.2), { at: at((x0 + x1) / 2, 1.6, (z0 + z1) / 2), mirrored: true });
  const k = w / 14;
  const bell: Profile = scaled(
    [
      [4.9, 0], [4.9, 0.25], [4.7, 0.34], [4.62, 0.62], [4.9, 0.78], [4.9, 0.98], [4.5, 1.1], [4.42, 1.34], [4.66, 1.5], [4.62, 1.68], [4.24, 1.78], [4.16, 2], [4.36, 2.14], [4.32, 2.3],
      [3.72, 2.44], [3.78, 2.6], [3.62, 2.78],
      [3.5, 2.9], [3.24, 3.4], [3.06, 4.1], [2.94, 4.8], [2.74, 5.5], [2.4, 6.1], [1.9, 6.5], [1.36, 6.7],
    ],
    k,
  );
  mason.lay('plain', 'cream', lathe(bell, 40, true), { at: at((x0 + x1) / 2, 2.8, (z0 + z1) / 2), mirrored: true });
  const top = 2.8 + 6.7 * k;
  mason.lay('plain', 'cream', loft(rectangle(1.2 * k, 1.2 * k), scaled([[0.06, -0.1], [0.06, 0.14], [-0.06, 0.22], [-0.06, 0.62], [0.1, 0.74], [0.1, 0.94], [-0.2, 0.96]], k)), { at: at((x0 + x1) / 2, top, (z0 + z1) / 2), mirrored: true });
  mason.lay('plain', 'cream', lathe(scaled([[0.52, 0.9], [0.48, 1.6], [0.72, 1.66], [0.7, 1.8]], k), 20), { at: at((x0 + x1) / 2, top, (z0 + z1) / 2), mirrored: true });
  const rings: [number, number][] = [[0.4, 1.8]];
  const count = 13;
  for (let i = 0; i < count; i++) {
    const r = 0.98 - (i / count) * 0.72;
    const y = 1.8 + i * 0.3;
    rings.push([r * 0.84, y], [r, y + 0.08], [r, y + 0.16], [r * 0.84, y + 0.24]);
  }
  mason.lay('plain', 'cream', lathe(scaled(rings, k), 20, true), { at: at((x0 + x1) / 2, top, (z0 + z1) / 2), mirrored: true });
  const tip = 1.8 + count * 0.3;
  mason.lay('gold', 'gold', lathe(scaled([[0.22, tip - 0.06], [0.27, tip + 0.2], [0.2, tip + 0.9], [0.1, tip + 1.7], [0.16, tip + 1.8], [0.05, tip + 1.95], [0.03, tip + 2.6], [0, tip + 2.9]], k), 14, true), { at: at((x0 + x1) / 2, top, (z0 + z1) / 2), mirrored: true });
  for (const [sx, sz] of [[-1, -1], [1, -1], [-1, 1], [1, 1]] as const) laySmall(mason, (x0 + x1) / 2 + sx * (h - 0.95), 1.6, (z0 + z1) / 2 + sz * (h - 0.95), 0.85);
  // a niche with steps in the middle of each side of the second terrace
  for (let side = 0; side < 4; side++) {
    const turn = (side * Math.PI) / 2;
    const niche = place.clone().multiply(at(0, 0, 0, turn));
    mason.lay('plain', 'cream', box(1.5, 2.1, 0.5), { at: niche.clone().multiply(at(0, 1.6, h - 1.2)) });
    mason.lay('plain', 'peacockDeep', box(0.74, 1.25, 0.04), { at: niche.clone().multiply(at(0, 1.85, h - 0.95)), hollow: true });
    mason.lay('gold', 'gold', lathe([[0.24, 0], [0.2, 0.08], [0.1, 0.3], [0.05, 0.6], [0, 0.9]], 8), { at: niche.clone().multiply(at(0, 3.7, h - 1.15)), hollow: true });
  }
  return top + (tip + 2.9) * k;
}

/** A little chedi for a corner. */
function laySmall(mason: Mason, x: number, y: number, z: number, k: number): void {
  mason.lay('plain', 'cream', loft(redented(0.42 * k, 1, 0.1), scaled([[0.04, 0], [0.04, 0.2], [-0.03, 0.26], [-0.03, 0.5], [0.03, 0.56], [0.03, 0.66], [-0.1, 0.67]], k)), { at: at(x, y, z) });
  mason.lay('plain', 'cream', lathe(scaled([[0.34, 0.66], [0.3, 0.8], [0.27, 1.05], [0.18, 1.3], [0.09, 1.36], [0.13, 1.44], [0.07, 1.62], [0.04, 1.95]], k), 12, true), { at: at(x, y, z), hollow: true });
  mason.lay('gold', 'gold', lathe(scaled([[0.045, 1.95], [0.02, 2.2], [0, 2.5]], k), 8), { at: at(x, y, z), hollow: true });
}

/** A prang: a high redented base, tiers that close like an ear of maize, a trident (nopphasun) on top. */
export function layPrang(mason: Mason, [x0, z0, x1, z1]: Box): number {
  const [x, z] = [(x0 + x1) / 2, (z0 + z1) / 2];
  const h = (x1 - x0) / 2;
  const base: Profile = [[0, 0], [0, 0.3], [-0.1, 0.4], [-0.16, 0.9], [-0.05, 1.05], [-0.05, 1.2], [-0.45, 1.22], [-0.45, 1.4], [-0.56, 1.5], [-0.6, 2], [-0.46, 2.15], [-0.46, 2.3], [-0.9, 2.32], [-0.9, 2.5], [-1, 2.6], [-1.04, 3.1], [-0.92, 3.25], [-0.92, 3.4], [-1.3, 3.42]];
  mason.lay('plain', 'plaster', loft(redented(h, 3, 0.32), base, 1.4), { at: at(x, 0, z), mirrored: true });
  const r = h - 1.35;
  mason.lay('plain', 'cream', loft(redented(r, 3, r * 0.14), [[0, 0], [0, 0.2], [-0.12, 0.28], [-0.12, 1.7], [0.06, 1.86], [0.06, 2]], 1.4), { at: at(x, 3.4, z), mirrored: true });
  const tiers = 7;
  let y = 5.4;
  for (let i = 0; i < tiers; i++) {
    const t = i / tiers;
    const size = r * (0.98 - 0.62 * t ** 1.9);
    const tall = 0.78 - t * 0.24;
    mason.lay('plain', i % 2 ? 'plaster' : 'cream', loft(redented(size, 3, size * 0.14), [[-0.3, 0], [0.02, 0], [0.04, 0.12], [-0.04, 0.2], [-0.07, tall - 0.12], [-0.03, tall - 0.03], [-0.12, tall]], 1.4), { at: at(x, y, z), mirrored: true });
    for (let side = 0; side < 4; side++) {
      const turn = (side * Math.PI) / 2;
      const leaf = at(x, y + 0.1, z, turn);
      mason.lay('gold', 'gold', box(size * 0.5, tall * 0.72, 0.06), { at: leaf.clone().multiply(at(0, 0, size)), hollow: true });
      for (const off of [-1, 1]) mason.lay('plain', 'terracotta', box(size * 0.16, tall * 0.6, 0.06), { at: leaf.clone().multiply(at(off * size * 0.42, 0, size)), hollow: true });
    }
    y += tall;
  }
  mason.lay('plain', 'cream', lathe([[r * 0.36, 0], [r * 0.38, 0.14], [r * 0.28, 0.4], [r * 0.12, 0.6]], 16, true), { at: at(x, y, z) });
  mason.lay('gold', 'gold', lathe([[0.1, 0.5], [0.05, 0.8], [0.04, 1.9], [0, 2.3]], 8), { at: at(x, y, z), hollow: true });
  for (const side of [0, 1]) for (const level of [0.95, 1.35]) mason.lay('gold', 'gold', box(0.6 - level * 0.18, 0.05, 0.05), { at: at(x, y + level, z, (side * Math.PI) / 2), hollow: true });
  for (let side = 0; side < 4; side++) {
    const niche = at(x, 3.4, z, (side * Math.PI) / 2);
    mason.lay('plain', 'peacockDeep', box(0.7, 1.35, 0.05), { at: niche.clone().multiply(at(0, 0.3, r - 0.02)), hollow: true });
    for (const off of [-1, 1]) mason.lay('gold', 'gold', box(0.1, 1.4, 0.14), { at: niche.clone().multiply(at(off * 0.42, 0.3, r)), hollow: true });
    mason.lay('gold', 'gold', lathe([[0.56, 0], [0.4, 0.14], [0.2, 0.4], [0.05, 0.8], [0, 1]], 4), { at: niche.clone().multiply(at(0, 1.7, r - 0.1, Math.PI / 4)), hollow: true });
  }
  return y + 2.3;
}

/** A chedi with a lotus bud for its top (phum khao bin), as of Sukhothai: three square terraces, a slender redented body, the bud. */
export function layBud(mason: Mason, [x0, z0, x1, z1]: Box): number {
  const [x, z] = [(x0 + x1) / 2, (z0 + z1) / 2];
  const h = (x1 - x0) / 2;
  const terraces: Profile = [[0, 0], [0, 0.5], [-0.34, 0.52], [-0.34, 0.95], [-0.68, 0.97], [-0.68, 1.4], [-0.95, 1.42]];
  mason.lay('plain', 'laterite', loft(rectangle(h, h), terraces, 1.2), { at: at(x, 0, z) });
  const r = h - 1.05;
  mason.lay('plain', 'plaster', loft(redented(r, 2, r * 0.16), [[0.06, 0], [0.06, 0.22], [-0.06, 0.34], [-0.14, 0.9], [-0.02, 1.02], [-0.02, 1.2], [-0.24, 1.24], [-0.3, 2.5], [-0.14, 2.62], [-0.14, 2.8], [-0.4, 2.84], [-0.46, 3.5], [-0.32, 3.62], [-0.3, 3.78], [-0.55, 3.8]], 1.2), { at: at(x, 1.4, z) });
  mason.lay('plain', 'cream', lathe([[r * 0.42, 0], [r * 0.5, 0.14], [r * 0.4, 0.3], [r * 0.44, 0.5], [r * 0.6, 0.95], [r * 0.62, 1.3], [r * 0.5, 1.8], [r * 0.3, 2.25], [r * 0.16, 2.5]], 24, true), { at: at(x, 5.15, z), mirrored: true });
  mason.lay('gold', 'gold', lathe([[r * 0.17, 2.48], [r * 0.2, 2.6], [r * 0.12, 2.75], [r * 0.13, 2.9], [r * 0.07, 3.1], [0.05, 3.6], [0, 4.2]], 12, true), { at: at(x, 5.15, z) });
  return 9.3;
}

/** Lights on the ground about a monument, so that it stands in the night. */
export function layUplights(mason: Mason, [x0, z0, x1, z1]: Box): void {
  const [x, z, h] = [(x0 + x1) / 2, (z0 + z1) / 2, (x1 - x0) / 2];
  for (const [dx, dz] of [[-1, -0.45], [-1, 0.45], [1, -0.45], [1, 0.45], [-0.45, -1], [0.45, -1], [-0.45, 1], [0.45, 1]] as const) {
    const [px, pz] = [x + dx * (h + 0.18), z + dz * (h + 0.18)];
    mason.lay('plain', 'stoneDeep', box(0.26, 0.1, 0.26, 9), { at: at(px, 0, pz), hollow: true });
    mason.lay('glow', 'lamp', box(0.18, 0.03, 0.18, 9), { at: at(px, 0.1, pz), hollow: true });
    mason.lamp(x + dx * (h + 2.2), 0.5, z + dz * (h + 2.2), 0.9, true);
  }
}
