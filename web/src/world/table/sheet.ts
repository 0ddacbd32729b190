import { BufferAttribute, BufferGeometry, DoubleSide, Mesh, MeshBasicMaterial } from 'three';
import type { Grid } from './grid';
import { change_colours, LEAST_MM, stepOf, water_colours } from './legend';

/** Level cells lie partly below a slope; they are all seen. */
const BEFORE = { polygonOffset: true, polygonOffsetFactor: -2, polygonOffsetUnits: -4 };

/** Water of a flood over the ground, or where it changed: only the cells that have any. */
export class Sheet {
  readonly mesh: Mesh<BufferGeometry, MeshBasicMaterial>;

  constructor({ columns, rows, cell_m }: Grid, depths: ArrayLike<number>, difference: boolean, ground: (x: number, z: number) => number) {
    const position: number[] = [];
    const colour: number[] = [];
    const index: number[] = [];
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const depth = depths[row * columns + column] ?? 0;
        if (Math.abs(depth) < LEAST_MM) continue;
        const rgba = difference ? changed(depth) : deep(depth);
        const first = position.length / 3;
        const [x, z] = [column * cell_m, row * cell_m];
        const y = ground(x + cell_m / 2, z + cell_m / 2) + (difference ? 0.4 : depth / 1000) + 0.05;
        for (const [dx, dz] of [[0, 0], [1, 0], [0, 1], [1, 1]] as const) {
          position.push(x + dx * cell_m, y, z + dz * cell_m);
          colour.push(...rgba);
        }
        index.push(first, first + 2, first + 1, first + 1, first + 2, first + 3);
      }
    const geometry = new BufferGeometry();
    geometry.setAttribute('position', new BufferAttribute(new Float32Array(position), 3));
    geometry.setAttribute('color', new BufferAttribute(new Float32Array(colour), 4));
    geometry.setIndex(index);
    this.mesh = new Mesh(geometry, new MeshBasicMaterial({ vertexColors: true, transparent: true, depthWrite: false, side: DoubleSide, toneMapped: false, ...BEFORE }));
    this.mesh.renderOrder = 2;
    this.mesh.name = 'water';
    this.mesh.raycast = () => undefined;
  }

  dispose(): void {
    this.mesh.geometry.dispose();
    this.mesh.material.dispose();
  }
}

const linear = (hex: string): [number, number, number] => {
  const part = (from: number): number => {
    const c = Number.parseInt(hex.slice(from, from + 2), 16) / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
};

const deep = (depth_mm: number): number[] => [...linear(water_colours[stepOf(depth_mm)] ?? water_colours[0]), 0.78];

function changed(by_mm: number): number[] {
  return [...linear(by_mm < 0 ? change_colours.less : change_colours.more), Math.min(0.85, 0.35 + Math.abs(by_mm) / 800)];
}
