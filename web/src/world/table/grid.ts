/** A raster of a district as the hall sends it (docs/designs/city.md): u32 columns, u32 rows, f32 metres a cell, then the cells, row 0 in the north, little-endian. */
export type Grid<V extends Float32Array | Uint16Array = Float32Array | Uint16Array> = { columns: number; rows: number; cell_m: number; values: V };

const HEAD_BYTES = 12;

/** Heights in metres. Throws a `RangeError` where the bytes are not what the head says. */
export const terrainOf = (bytes: ArrayBuffer): Grid<Float32Array> => {
  const head = headOf(bytes, 4);
  return { ...head, values: new Float32Array(bytes, HEAD_BYTES, head.columns * head.rows) };
};

/** Greatest depths in millimetres. */
export const depthsOf = (bytes: ArrayBuffer): Grid<Uint16Array> => {
  const head = headOf(bytes, 2);
  return { ...head, values: new Uint16Array(bytes, HEAD_BYTES, head.columns * head.rows) };
};

function headOf(bytes: ArrayBuffer, size: 2 | 4): Omit<Grid, 'values'> {
  if (bytes.byteLength < HEAD_BYTES) throw new RangeError('a raster has at least 12 bytes');
  const view = new DataView(bytes);
  const [columns, rows, cell_m] = [view.getUint32(0, true), view.getUint32(4, true), view.getFloat32(8, true)];
  if (columns * rows * size !== bytes.byteLength - HEAD_BYTES) throw new RangeError(`a raster of ${columns} × ${rows} cells has other bytes`);
  if (!(cell_m > 0)) throw new RangeError('a cell of a raster has a size');
  return { columns, rows, cell_m };
}

/** The value at a place in metres from the north-west corner, between the middles of the four cells around it; the edge goes on outside. */
export function at({ columns, rows, cell_m, values }: Grid, x: number, z: number): number {
  const clamp = (v: number, most: number): number => Math.min(Math.max(v, 0), most);
  const [u, v] = [clamp(x / cell_m - 0.5, columns - 1), clamp(z / cell_m - 0.5, rows - 1)];
  const [i, k] = [Math.min(Math.floor(u), Math.max(columns - 2, 0)), Math.min(Math.floor(v), Math.max(rows - 2, 0))];
  const [du, dv] = [u - i, v - k];
  const value = (c: number, r: number): number => values[Math.min(r, rows - 1) * columns + Math.min(c, columns - 1)] ?? 0;
  const north = value(i, k) * (1 - du) + value(i + 1, k) * du;
  const south = value(i, k + 1) * (1 - du) + value(i + 1, k + 1) * du;
  return north * (1 - dv) + south * dv;
}

/** What a flood changed, mm: after minus before. Both of one size. */
export function differenceOf(before: Grid, after: Grid): Int32Array {
  if (before.values.length !== after.values.length) throw new RangeError('two rasters of one question have one size');
  return Int32Array.from(after.values, (value, i) => value - (before.values[i] ?? 0));
}
