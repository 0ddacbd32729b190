import type { Poll } from './types';

export const BINS = 10;

export type Bar = { from: number; to: number; n: number; share: number };

/** The ten parts of the line with how many stand in each; nothing while fewer than three stand, because then a number would be a person. */
export function barsOf(poll: Pick<Poll, 'bins'>): Bar[] | null {
  const bins = poll.bins;
  if (!bins || bins.length !== BINS) return null;
  const most = Math.max(1, ...bins);
  return bins.map((n, at) => ({ from: at * BINS, to: at === BINS - 1 ? 100 : at * BINS + 9, n, share: n / most }));
}

export type Line = { from: [x: number, z: number]; to: [x: number, z: number] };

/** Where a place is along a line on the floor: `at` 0…100 from its left end, `off` how far from it, metres. Beyond an end counts from the end. */
export function along(line: Line, x: number, z: number): { at: number; off: number } {
  const [dx, dz] = [line.to[0] - line.from[0], line.to[1] - line.from[1]];
  const long = dx * dx + dz * dz;
  const share = long > 0 ? Math.min(Math.max(((x - line.from[0]) * dx + (z - line.from[1]) * dz) / long, 0), 1) : 0;
  return { at: Math.round(share * 100), off: Math.hypot(x - line.from[0] - share * dx, z - line.from[1] - share * dz) };
}
