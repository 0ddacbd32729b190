import { BufferAttribute, BufferGeometry, Matrix4, Mesh, MeshLambertMaterial, Vector3 } from 'three';
import { expect, it } from 'vitest';
import { replant, treeOf } from './trees';

/** A tile of triangles: `features[i]` says whose the i-th is; each stands two metres high at x = 10 i. */
function tileOf(features: number[]): Mesh {
  const geometry = new BufferGeometry();
  geometry.setAttribute('position', new BufferAttribute(new Float32Array(features.flatMap((_, i) => [10 * i, 0, 0, 10 * i + 1, 0, 1, 10 * i, 2, 0])), 3));
  geometry.setAttribute('color', new BufferAttribute(new Float32Array(features.flatMap(() => [0.1, 0.5, 0.2, 0.1, 0.5, 0.2, 0.1, 0.5, 0.2])), 3));
  geometry.setAttribute('_feature_id_0', new BufferAttribute(new Uint16Array(features.flatMap((each) => [each, each, each])), 1));
  geometry.setIndex(features.flatMap((_, i) => [3 * i, 3 * i + 1, 3 * i + 2]));
  return new Mesh(geometry);
}
const material = new MeshLambertMaterial();

it('stands a rounder tree where a tile has a sign for one, as high and in its colour, and leaves all else', () => {
  const tile = tileOf([7, 8, 7]);
  const trees = replant(tile, (feature) => feature === 8, treeOf(false), material);
  expect(trees?.count).toBe(1);
  expect(trees?.userData['features']).toEqual([8]);
  expect([...(tile.geometry.index?.array ?? [])]).toEqual([0, 1, 2, 6, 7, 8]);
  const [matrix, place, size] = [new Matrix4(), new Vector3(), new Vector3()];
  trees?.getMatrixAt(0, matrix);
  place.setFromMatrixPosition(matrix);
  size.setFromMatrixScale(matrix);
  expect(place.x).toBeCloseTo(10.5);
  expect(size.y).toBeGreaterThan(1.9);
  expect(trees?.instanceColor?.array[1]).toBeCloseTo(0.5);
});

it('leaves a tree that somebody surveyed as it was', () => {
  const tile = tileOf(new Array<number>(60).fill(8));
  expect(replant(tile, () => true, treeOf(false), material)).toBeNull();
  expect(tile.geometry.index?.count).toBe(180);
});

it('costs a phone no more than twenty triangles a tree', () => {
  expect(treeOf(false).getAttribute('position').count / 3).toBeLessThan(21);
  expect(treeOf(true).getAttribute('position').count / 3).toBeLessThan(80);
});
