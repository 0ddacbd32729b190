/** Where a map stands on its sheet: pure arithmetic between metres of the network and points of the screen. */

export type Point = [number, number];
export type View = { /** Points a metre. */ scale: number; /** The place in metres that lies in the middle of the sheet. */ at: Point };
export type Sheet = { width: number; height: number };

const MOST_SCALE = 20;

/** The whole of `bounds` (west, south, east, north) with some air. */
export function whole([west, south, east, north]: readonly number[], { width, height }: Sheet): View {
  const wide = Math.max(east! - west!, 1);
  const high = Math.max(north! - south!, 1);
  return { scale: Math.min((width - 32) / wide, (height - 32) / high), at: [(west! + east!) / 2, (south! + north!) / 2] };
}

/** North is up: y grows downwards on a screen. */
export const toScreen = ({ scale, at }: View, { width, height }: Sheet, [x, y]: Point): Point => [
  width / 2 + (x - at[0]) * scale,
  height / 2 - (y - at[1]) * scale,
];

export const toMetres = ({ scale, at }: View, { width, height }: Sheet, [x, y]: Point): Point => [
  at[0] + (x - width / 2) / scale,
  at[1] - (y - height / 2) / scale,
];

/** Zooms so that the place under `point` stays where it is. */
export function zoom(view: View, sheet: Sheet, point: Point, factor: number, least: number): View {
  const scale = Math.min(Math.max(view.scale * factor, least), MOST_SCALE);
  const place = toMetres(view, sheet, point);
  const next = { scale, at: view.at };
  const moved = toMetres(next, sheet, point);
  return { scale, at: [view.at[0] + place[0] - moved[0], view.at[1] + place[1] - moved[1]] };
}

export const moved = (view: View, dx: number, dy: number): View => ({
  scale: view.scale,
  at: [view.at[0] - dx / view.scale, view.at[1] + dy / view.scale],
});

/** Distance of a point from a line of points, all in metres. */
export function distance(line: readonly Point[], [x, y]: Point): number {
  let nearest = Infinity;
  for (let i = 1; i < line.length; i++) {
    const [ax, ay] = line[i - 1]!;
    const [bx, by] = line[i]!;
    const length = (bx - ax) ** 2 + (by - ay) ** 2;
    const share = length === 0 ? 0 : Math.min(Math.max(((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / length, 0), 1);
    nearest = Math.min(nearest, Math.hypot(x - ax - share * (bx - ax), y - ay - share * (by - ay)));
  }
  return nearest;
}
