/** Scales, ticks and paths for charts: pure numbers in, numbers and SVG paths out. */

export type Point = { at: number; value: number | null };
export type Range = [number, number];

export const linear =
  (from: Range, to: Range) =>
  (value: number): number =>
    to[0] + ((value - from[0]) / (from[1] - from[0] || 1)) * (to[1] - to[0]);

/** Round steps (1, 2, 5 × 10ⁿ) that cover the range in about `count` parts. */
export function ticks([low, high]: Range, count: number): number[] {
  const raw = (high - low || 1) / Math.max(count, 1);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = power * ([1, 2, 5].find((each) => each * power >= raw * 0.999) ?? 10);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(last - first + 1, 0) }, (_, at) => Number(((first + at) * step).toPrecision(12)));
}

/** How many decimals ticks need to be told apart. */
export function decimalsOf(marks: readonly number[]): number {
  const step = Math.abs((marks[1] ?? 1) - (marks[0] ?? 0)) || 1;
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

/** The range of all numbers, widened to round ends; zero is kept in when it is near, so that heights can be compared. */
export function domain(values: (number | null | undefined)[]): Range {
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value === null || value === undefined || !Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  if (low > high) return [0, 1];
  if (low > 0 && low < (high - low) * 1.5) low = 0;
  if (low === high) [low, high] = [low - Math.abs(low || 1) / 2, high + Math.abs(high || 1) / 2];
  const marks = ticks([low, high], 4);
  const step = (marks[1] ?? 1) - (marks[0] ?? 0) || 1;
  return [Math.floor(low / step + 1e-9) * step, Math.ceil(high / step - 1e-9) * step];
}

const hour = 3_600_000;
const day = 24 * hour;
export type TimeTick = { at: number; unit: 'clock' | 'day' | 'month' | 'year' };
/** How far a clock is ahead of UTC at a moment, ms. */
export type Offset = (at: number) => number;

/** Moments a person would name: full hours, midnights, firsts of months, new years, on the clock of `offset`. */
export function timeTicks([from, to]: Range, count: number, offset: Offset): TimeTick[] {
  const wanted = (to - from || day) / Math.max(count, 1);
  for (const step of [hour / 4, hour, 3 * hour, 6 * hour, 12 * hour, day, 2 * day, 7 * day, 14 * day]) {
    if (step >= wanted) return even(from, to, step, offset);
  }
  const months = [1, 2, 3, 6, 12, 24, 60, 120, 240].find((each) => each * 30.4 * day >= wanted) ?? 600;
  const out: TimeTick[] = [];
  const start = new Date(from + offset(from));
  const first = start.getUTCFullYear() * 12 + start.getUTCMonth();
  for (let each = Math.ceil(first / months) * months; ; each += months) {
    const at = moment(Date.UTC(Math.floor(each / 12), each % 12, 1), offset);
    if (at > to) return out;
    if (at >= from) out.push({ at, unit: months >= 12 ? 'year' : 'month' });
  }
}

/** When a clock shows this. */
function moment(shown: number, offset: Offset): number {
  const near = shown - offset(shown);
  return shown - offset(near);
}

function even(from: number, to: number, step: number, offset: Offset): TimeTick[] {
  const out: TimeTick[] = [];
  for (let shown = Math.ceil((from + offset(from)) / step) * step; ; shown += step) {
    const at = moment(shown, offset);
    if (at > to) return out;
    if (at >= from) out.push({ at, unit: step < day ? 'clock' : 'day' });
  }
}

const near = (value: number): string => value.toFixed(1);

/** A line that is interrupted where a value is missing; a lone value becomes a dot of a line. */
export function linePath(points: readonly Point[], x: (at: number) => number, y: (value: number) => number): string {
  let path = '';
  let pen = false;
  for (const [index, point] of points.entries()) {
    if (point.value === null) {
      pen = false;
      continue;
    }
    const spot = `${near(x(point.at))} ${near(y(point.value))}`;
    const alone = !pen && (points[index + 1]?.value ?? null) === null;
    path += pen ? `L${spot}` : alone ? `M${spot}h.1` : `M${spot}`;
    pen = true;
  }
  return path;
}

export type Band = { at: number; low: number | null; high: number | null };

/** The area between low and high, one closed shape for each stretch that has both. */
export function bandPath(bands: readonly Band[], x: (at: number) => number, y: (value: number) => number): string {
  let path = '';
  let run: { at: number; low: number; high: number }[] = [];
  const close = (): void => {
    if (run.length > 1) {
      const top = run.map((each) => `${near(x(each.at))} ${near(y(each.high))}`);
      const bottom = run.map((each) => `${near(x(each.at))} ${near(y(each.low))}`).reverse();
      path += `M${[...top, ...bottom].join('L')}Z`;
    }
    run = [];
  };
  for (const band of bands) {
    if (band.low === null || band.high === null) close();
    else run.push({ at: band.at, low: band.low, high: band.high });
  }
  close();
  return path;
}

/** The index of the point nearest to a moment, in points sorted by time. */
export function nearest(points: readonly { at: number }[], moment: number): number {
  let [low, high] = [0, points.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.at ?? 0) < moment) low = middle + 1;
    else high = middle;
  }
  const before = points[low - 1];
  const here = points[low];
  return before && here && moment - before.at < here.at - moment ? low - 1 : low;
}
