import { VEHICLE_M, type Frame, type Lane } from '../../pages/streets/live';
import type { Place } from './ribbon';

/** A lane on the table: its points in metres of the district, and how far along each lies. */
export type Track = { points: [number, number][]; along: number[]; length: number; limit_kmh: number };
export type Vehicle = { x: number; z: number; yaw: number; stands: boolean };

export const tracksOf = (lanes: readonly Lane[], place: Place): Track[] =>
  lanes.map((lane) => {
    const points = lane.shape.map((point) => place(point));
    const along: number[] = [];
    points.forEach(([x, z], i) => along.push(i === 0 ? 0 : (along[i - 1] ?? 0) + Math.hypot(x - (points[i - 1]?.[0] ?? x), z - (points[i - 1]?.[1] ?? z))));
    return { points, along, length: along.at(-1) ?? 0, limit_kmh: lane.limit_kmh };
  });

/** The place `from_start` metres along a track, and the way it goes there (radians, 0 to the north, clockwise). */
export function on({ points, along, length }: Track, from_start: number): { x: number; z: number; yaw: number } {
  const s = Math.min(Math.max(from_start, 0), length);
  let i = along.findIndex((each) => each >= s);
  if (i <= 0) i = Math.min(1, points.length - 1);
  const [[ax, az] = [0, 0], [bx, bz] = [0, 0]] = [points[i - 1] ?? points[0], points[i] ?? points[0]];
  const [from = 0, to = 0] = [along[i - 1], along[i]];
  const share = to > from ? (s - from) / (to - from) : 0;
  return { x: ax + (bx - ax) * share, z: az + (bz - az) * share, yaw: Math.atan2(bx - ax, -(bz - az)) };
}

/**
 * Where vehicles are drawn. A frame tells how many each lane has and how many of them stand, not where: those that stand are drawn back from
 * the stop line, the others evenly on the rest of the lane, driven on by the lane's mean speed for the `seconds` since the frame.
 */
export function vehiclesOf(tracks: readonly Track[], frame: Frame, seconds: number): Vehicle[] {
  const found: Vehicle[] = [];
  for (const [number, vehicles, halted, mean_kmh] of frame.lanes) {
    const track = tracks[number];
    if (!track || track.length === 0) continue;
    const room = Math.max(1, Math.floor(track.length / VEHICLE_M));
    const stand = Math.min(halted, room);
    for (let i = 0; i < stand; i++) found.push({ ...on(track, track.length - VEHICLE_M * (i + 0.5)), stands: true });
    const free = track.length - stand * VEHICLE_M;
    const drive = Math.min(vehicles - halted, Math.max(0, Math.floor(free / VEHICLE_M)));
    if (drive <= 0) continue;
    const gap = free / drive;
    const ahead = ((frame.at_s + seconds) * (mean_kmh / 3.6)) % gap;
    for (let i = 0; i < drive; i++) found.push({ ...on(track, i * gap + ahead), stands: false });
  }
  return found;
}
