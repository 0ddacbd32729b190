import { BufferAttribute, BufferGeometry, Color, CylinderGeometry, Float32BufferAttribute, IcosahedronGeometry, InstancedMesh, Matrix4, type Mesh, type MeshLambertMaterial, Vector3 } from 'three';
import { mergeGeometries } from 'three/addons/utils/BufferGeometryUtils.js';
import { dice } from '../scene/shape';

/** A tree of so few triangles is a sign for one, not a survey of it: a rounder sign stands in its place. */
const SIGN = 40;
const bark = new Color(0x6b5138);

/** A crown of a few lumps on a trunk, one metre wide and high; its crown is white, so that an instance's colour lies over it. */
export function treeOf(detail: boolean): BufferGeometry {
  const roll = dice(41);
  const lump = (r: number, x: number, y: number, z: number, tall: number): BufferGeometry => {
    const ball = new IcosahedronGeometry(r, 0);
    const place = ball.getAttribute('position');
    const moved = new Map<string, number>();
    const spot = new Vector3();
    for (let i = 0; i < place.count; i++) {
      spot.fromBufferAttribute(place, i);
      const key = spot.toArray().map((each) => each.toFixed(3)).join();
      const by = moved.get(key) ?? 0.88 + roll() * 0.24;
      moved.set(key, by);
      place.setXYZ(i, spot.x * by + x, spot.y * by * tall + y, spot.z * by + z);
    }
    ball.computeVertexNormals();
    // lighter above, darker where crowns shade themselves
    const colour = new Float32Array(place.count * 3);
    for (let i = 0; i < place.count; i++) colour.fill(0.55 + 0.85 * Math.min(1, Math.max(0, (place.getY(i) - 0.3) / 0.7)), i * 3, i * 3 + 3);
    ball.setAttribute('color', new BufferAttribute(colour, 3));
    return ball;
  };
  const trunk = new CylinderGeometry(0.035, 0.055, 0.4, 5, 1, true).translate(0, 0.2, 0).toNonIndexed();
  trunk.setAttribute('color', new Float32BufferAttribute(new Array(trunk.getAttribute('position').count).fill([bark.r * 3.4, bark.g * 2.2, bark.b * 2.2]).flat() as number[], 3));
  const crowns = detail ? [lump(0.36, 0.02, 0.64, 0, 0.98), lump(0.25, -0.22, 0.52, 0.12, 0.9), lump(0.24, 0.22, 0.5, -0.12, 0.9)] : [lump(0.46, 0, 0.55, 0, 1)];
  // the smallest screens see no trunk below so small a crown
  return mergeGeometries(detail ? [trunk, ...crowns] : crowns);
}

/**
 * Takes the signs for trees out of a tile and stands rounder ones in their place: one mesh of instances beside it, in the tile's own metres.
 * `isTree` says which features are trees. Null where the tile has none.
 */
export function replant(tile: Mesh, isTree: (feature: number) => boolean, tree: BufferGeometry, material: MeshLambertMaterial): InstancedMesh | null {
  const geometry = tile.geometry;
  const [feature, place, colour, index] = [geometry.getAttribute('_feature_id_0'), geometry.getAttribute('position'), geometry.getAttribute('color'), geometry.index];
  if (!feature || !place || !index) return null;
  const kept: number[] = [];
  const found = new Map<number, number[]>();
  for (let i = 0; i < index.count; i += 3) {
    const corners = [index.getX(i), index.getX(i + 1), index.getX(i + 2)];
    const number = feature.getX(corners[0] ?? 0);
    if (!isTree(number)) kept.push(...corners);
    else found.set(number, [...(found.get(number) ?? []), ...corners]);
  }
  const signs = [...found].filter(([, corners]) => corners.length / 3 <= SIGN);
  for (const [, corners] of found) if (corners.length / 3 > SIGN) kept.push(...corners);
  if (signs.length === 0) return null;
  geometry.setIndex(kept);
  const mesh = new InstancedMesh(tree, material, signs.length);
  const [low, high, spot, matrix, tint] = [new Vector3(), new Vector3(), new Vector3(), new Matrix4(), new Color()];
  signs.forEach(([number, corners], i) => {
    low.setScalar(Infinity);
    high.setScalar(-Infinity);
    for (const corner of corners) {
      spot.fromBufferAttribute(place, corner);
      low.min(spot);
      high.max(spot);
    }
    const [wide, tall] = [Math.max(high.x - low.x, high.z - low.z) * 1.15, high.y - low.y];
    const foot = low.y - tall * 0.12;
    matrix.makeRotationY(number * 2.4).scale(spot.set(wide, tall * 1.12, wide)).setPosition((low.x + high.x) / 2, foot, (low.z + high.z) / 2);
    mesh.setMatrixAt(i, matrix);
    const first = corners[0] ?? 0;
    mesh.setColorAt(i, colour ? tint.setRGB(colour.getX(first), colour.getY(first), colour.getZ(first)) : tint.set(0x4f7a3c));
  });
  mesh.castShadow = mesh.receiveShadow = true;
  mesh.name = 'trees';
  mesh.userData['features'] = signs.map(([number]) => number);
  return mesh;
}
