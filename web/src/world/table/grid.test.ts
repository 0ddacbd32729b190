import { describe, expect, it } from 'vitest';
import { at, depthsOf, differenceOf, terrainOf } from './grid';

function bytesOf(columns: number, rows: number, cell: number, values: number[], size: 2 | 4): ArrayBuffer {
  const bytes = new ArrayBuffer(12 + values.length * size);
  const view = new DataView(bytes);
  view.setUint32(0, columns, true);
  view.setUint32(4, rows, true);
  view.setFloat32(8, cell, true);
  values.forEach((value, i) => (size === 4 ? view.setFloat32(12 + 4 * i, value, true) : view.setUint16(12 + 2 * i, value, true)));
  return bytes;
}

describe('a raster of a district', () => {
  it('is read as it was sent', () => {
    const grid = terrainOf(bytesOf(3, 2, 2.5, [0, 1, 2, 3, 4, 5], 4));
    expect([grid.columns, grid.rows, grid.cell_m, ...grid.values]).toEqual([3, 2, 2.5, 0, 1, 2, 3, 4, 5]);
  });
  it('is refused where the bytes are not what its head says', () => {
    expect(() => terrainOf(new ArrayBuffer(4))).toThrow(RangeError);
    expect(() => terrainOf(bytesOf(3, 2, 1, [1, 2, 3, 4, 5], 4))).toThrow(RangeError);
    expect(() => terrainOf(bytesOf(1, 1, 0, [1], 4))).toThrow(RangeError);
    expect(() => depthsOf(bytesOf(2, 2, 1, [1, 2, 3], 2))).toThrow(RangeError);
  });
  it('has the value of a cell in its middle, goes over evenly between, and stays at its edge outside', () => {
    const grid = terrainOf(bytesOf(2, 2, 10, [0, 10, 20, 30], 4));
    expect(at(grid, 5, 5)).toBe(0);
    expect(at(grid, 15, 15)).toBe(30);
    expect(at(grid, 10, 10)).toBe(15);
    expect(at(grid, -50, 5)).toBe(0);
    expect(at(grid, 500, 500)).toBe(30);
  });
  it('of one cell is flat', () => expect(at(terrainOf(bytesOf(1, 1, 10, [4], 4)), 3, 99)).toBe(4));
  it('differs by after minus before, below nought too', () => {
    const [before, after] = [depthsOf(bytesOf(2, 1, 1, [100, 0], 2)), depthsOf(bytesOf(2, 1, 1, [40, 7], 2))];
    expect([...differenceOf(before, after)]).toEqual([-60, 7]);
  });
});
