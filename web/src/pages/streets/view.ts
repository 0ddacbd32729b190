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

/** The last `length` of a line, its own end last: the queue before a stop line. Never longer than the line; in the units of its points. */
export function tail(line: readonly Point[], length: number): Point[] {
  const last = line.at(-1);
  if (!last || length <= 0) return [];
  const found: Point[] = [last];
  let left = length;
  for (let i = line.length - 1; i > 0; i--) {
    const [[ax, ay], [bx, by]] = [line[i - 1]!, line[i]!];
    const stretch = Math.hypot(bx - ax, by - ay);
    if (stretch >= left) {
      const share = left / stretch;
      found.unshift([bx + (ax - bx) * share, by + (ay - by) * share]);
      return found;
    }
    if (stretch > 0) found.unshift([ax, ay]);
    left -= stretch;
  }
  return found;
}

/** A line moved to its right by `by` points of the screen (to its left when negative), so that both directions of a street can be told apart. */
export function aside(line: readonly Point[], by: number): Point[] {
  return line.map(([x, y], i) => {
    const [ax, ay] = line[Math.max(i - 1, 0)]!;
    const [bx, by_] = line[Math.min(i + 1, line.length - 1)]!;
    const length = Math.hypot(bx - ax, by_ - ay) || 1;
    return [x - ((by_ - ay) / length) * by, y + ((bx - ax) / length) * by];
  });
}

/** The direction in which a line ends, as a vector of length one. */
export function heading(line: readonly Point[]): Point {
  const end = line.at(-1);
  const before = line.findLast((point) => end && Math.hypot(end[0] - point[0], end[1] - point[1]) > 0.01);
  if (!end || !before) return [0, 1];
  const length = Math.hypot(end[0] - before[0], end[1] - before[1]);
  return [(end[0] - before[0]) / length, (end[1] - before[1]) / length];
}

/** The longest round length (1, 2, 5 × 10ⁿ metres) that takes at most `most` points of the screen. */
export function scaleBar(scale: number, most: number): { metres: number; points: number } {
  const metres = most / scale;
  const power = 10 ** Math.floor(Math.log10(metres));
  const round = power * ([5, 2].find((each) => each * power <= metres) ?? 1);
  return { metres: round, points: round * scale };
}
