import type { Mason } from './mason';
import { at, box, lathe, loft, rectangle } from './shape';

/** A stone lantern on a post, by the paths. */
export function layPost(mason: Mason, x: number, z: number): void {
  mason.lay('plain', 'stone', loft(rectangle(0.13, 0.13), [[0.06, 0], [0.06, 0.1], [-0.02, 0.16], [-0.04, 0.8], [0.03, 0.86], [0.03, 0.92]]), { at: at(x, 0, z), hollow: true });
  layHead(mason, x, 0.92, z, 1);
  mason.lamp(x, 1.12, z, 1);
}

/** A lantern that hangs from a beam. */
export function layHanging(mason: Mason, x: number, y: number, z: number, length: number, strength = 1): void {
  mason.lay('plain', 'peacockDeep', box(0.025, length, 0.025, 9), { at: at(x, y - length, z), hollow: true });
  layHead(mason, x, y - length - 0.48, z, 1.1);
  mason.lamp(x, y - length - 0.3, z, strength);
}

function layHead(mason: Mason, x: number, y: number, z: number, k: number): void {
  const place = at(x, y, z, 0, k);
  mason.lay('glow', 'lamp', box(0.2, 0.3, 0.2, 9), { at: place.clone().multiply(at(0, 0.03, 0)), hollow: true });
  if (mason.isFine)
    for (const [dx, dz] of [[-1, -1], [1, -1], [-1, 1], [1, 1]] as const) mason.lay('teak', 'teakDeep', box(0.035, 0.34, 0.035, 9), { at: place.clone().multiply(at(dx * 0.11, 0, dz * 0.11)), hollow: true });
  mason.lay('teak', 'teakDeep', box(0.3, 0.03, 0.3, 9), { at: place, hollow: true });
  mason.lay('plain', 'terracottaDeep', lathe([[0.27, 0.33], [0.15, 0.42], [0.05, 0.52], [0.03, 0.56], [0, 0.62]], 4), { at: place.clone().multiply(at(0, 0, 0, Math.PI / 4)), hollow: true });
}
