import { Object3D, Vector3 } from 'three';
import { expect, it } from 'vitest';
import type { Model } from '../space';
import { standing } from './model';

const model = (up: 'y' | 'z', scale: number): Model => ({
  ...{ url: '/m', sha256: '', size: 1, triangles: 1, at: [4, -1, 6], scale, up, may_download: false },
  provenance: { kind: 'scan', source: 'x' },
  licence: { name: 'MIT', url: 'https://x.example', is_non_commercial: false, is_no_derivatives: false },
});

it('a model stands where the importer measured it, also from files whose z points up', () => {
  for (const [up, scale, given, expected] of [
    ['y', 1, [1, 2, 3], [5, 1, 9]],
    ['z', 0.01, [100, 200, 300], [5, 2, 4]],
  ] as const) {
    const point = new Object3D();
    point.position.fromArray([...given]);
    const placed = standing(model(up, scale), point);
    placed.updateMatrixWorld(true);
    const at = point.getWorldPosition(new Vector3());
    expect(at.toArray().map((each) => Math.round(each * 1e6) / 1e6)).toEqual(expected);
  }
});
