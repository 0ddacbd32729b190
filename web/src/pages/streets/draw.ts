import { flowOf, VEHICLE_M, type Frame, type Lane, type Light, type Signal, type SignalNow } from './live';
import { aside, tail, toScreen, type Point, type Sheet, type View } from './view';
import type { StreetMap } from './words';

/** Paints the live street: what stands still once a view, what moves once a frame. */

export type Paint = Record<(typeof names)[number] | 'font', string>;
const names = ['raised', 'rule', 'rule-strong', 'high', 'low', 'action', 'attention-fill', 'done', 'harm', 'ink', 'ink-soft'] as const;

export function paintOf(node: Element): Paint {
  const style = getComputedStyle(node);
  const tokens = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
  return { ...tokens, font: style.fontFamily } as Paint;
}

/** Closer than this lamps are drawn at their stop lines; from farther away a ring around the signal tells how many are green. */
const LAMPS_SCALE = 0.8;
/** How far both directions of a street are kept apart at least, in points. */
const APART = 1.7;
export const BADGE = 12;

/** What a view has in common for all frames: lines in points of the screen, and a picture of what does not move. */
export type Scene = { view: View; sheet: Sheet; lines: Point[][]; widths: number[]; ground: HTMLCanvasElement };

export function sceneOf(map: StreetMap, lanes: readonly Lane[], view: View, sheet: Sheet, ratio: number, paint: Paint): Scene {
  const shift = Math.max(0, APART - 1.6 * view.scale) * (map.is_left_hand ? -1 : 1);
  const place = (line: readonly Point[]): Point[] => line.map((point) => toScreen(view, sheet, point));
  const lines = lanes.map((lane) => (shift === 0 ? place(lane.shape) : aside(place(lane.shape), shift)));
  const widths = lanes.map((lane) => Math.max(1.2, (lane.width_m - 0.4) * view.scale));
  const ground = document.createElement('canvas');
  ground.width = sheet.width * ratio;
  ground.height = sheet.height * ratio;
  const pen = ground.getContext('2d');
  if (pen) {
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    pen.fillStyle = paint.raised;
    pen.fillRect(0, 0, sheet.width, sheet.height);
    pen.lineJoin = 'round';
    pen.fillStyle = paint.rule;
    for (const junction of map.junctions) {
      if (junction.shape.length < 3) continue;
      trace(pen, place(junction.shape as Point[]));
      pen.fill();
    }
    pen.strokeStyle = paint['rule-strong'];
    pen.globalAlpha = 0.5;
    for (const [at, line] of lines.entries()) {
      pen.lineWidth = widths[at]!;
      pen.setLineDash(lanes[at]!.is_for_vehicles ? [] : [2, 3]);
      trace(pen, line);
      pen.stroke();
    }
  }
  return { view, sheet, lines, widths, ground };
}

function trace(pen: CanvasRenderingContext2D, line: readonly Point[]): void {
  pen.beginPath();
  for (const point of line) pen.lineTo(...point);
}

export function drawTraffic(pen: CanvasRenderingContext2D, scene: Scene, lanes: readonly Lane[], frame: Frame, paint: Paint): void {
  pen.lineJoin = 'round';
  pen.lineCap = 'butt';
  const colours = { free: paint.low, slow: paint['attention-fill'], jammed: paint.high };
  const kept = frame.lanes.filter(([at]) => lanes[at]);
  for (const [at, , , mean_kmh] of kept) {
    pen.strokeStyle = colours[flowOf(mean_kmh, lanes[at]!.limit_kmh)];
    pen.lineWidth = Math.max(1.6, scene.widths[at]! * 0.55);
    trace(pen, scene.lines[at]!);
    pen.stroke();
  }
  for (const [at, , halted] of kept) {
    if (halted === 0) continue;
    const queue = tail(scene.lines[at]!, halted * VEHICLE_M * scene.view.scale);
    const width = Math.max(4, scene.widths[at]! * 1.05);
    for (const [colour, wide] of [[paint.raised, width + 1.5], [paint.high, width]] as const) {
      pen.strokeStyle = colour;
      pen.lineWidth = wide;
      trace(pen, queue);
      pen.stroke();
    }
  }
}

export function drawSignals(pen: CanvasRenderingContext2D, scene: Scene, now: readonly SignalNow[], chosen: string, paint: Paint): void {
  const is_near = scene.view.scale >= LAMPS_SCALE;
  for (const each of now) {
    const { signal, lights } = each;
    if (is_near) for (const [at, place] of signal.places.entries()) lamp(pen, scene, place.at, place.along, lights[at]!, paint);
    badge(pen, scene, each, is_near, signal.id === chosen, paint);
  }
}

function badge(pen: CanvasRenderingContext2D, scene: Scene, { signal, lights }: SignalNow, is_near: boolean, is_chosen: boolean, paint: Paint): void {
  const [x, y] = toScreen(scene.view, scene.sheet, signal.at);
  const disc = (radius: number, colour: string): void => {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fillStyle = colour;
    pen.fill();
  };
  if (is_chosen) disc(BADGE + 6, paint.action);
  disc(BADGE + 3, paint.raised);
  if (is_near) disc(BADGE - 1, paint['ink-soft']);
  else {
    ring(pen, [x, y], lights, paint);
  }
  pen.fillStyle = is_near ? paint.raised : paint.ink;
  pen.font = `600 14px ${paint.font}`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(String(signal.number), x, y + 1);
}

/** Green is a thick part of the ring, yellow a middling, red a thin one, from the top and clockwise. */
function ring(pen: CanvasRenderingContext2D, [x, y]: Point, lights: readonly Light[], paint: Paint): void {
  const parts = [
    { among: ['go', 'some'], colour: paint.done, width: 5 },
    { among: ['yellow'], colour: paint['attention-fill'], width: 3.5 },
    { among: ['stop'], colour: paint.harm, width: 2 },
    { among: ['off'], colour: paint['rule-strong'], width: 1 },
  ];
  let from = -Math.PI / 2;
  for (const { among, colour, width } of parts) {
    const share = lights.filter((light) => among.includes(light)).length / Math.max(lights.length, 1);
    if (share === 0) continue;
    const to = from + share * 2 * Math.PI;
    pen.beginPath();
    pen.arc(x, y, BADGE, from, to);
    pen.strokeStyle = colour;
    pen.lineWidth = width;
    pen.stroke();
    from = to;
  }
}

/** Red is a bar across the lane, green an arrow along it, yellow a diamond; an arrow over a bar lets some turns go. */
function lamp(pen: CanvasRenderingContext2D, scene: Scene, at: Point, [east, north]: Point, light: Light, paint: Paint): void {
  const [x, y] = toScreen(scene.view, scene.sheet, at);
  const size = Math.min(Math.max(2.4 * scene.view.scale, 4), 11);
  pen.save();
  pen.translate(x, y);
  pen.rotate(Math.atan2(-north, east));
  pen.strokeStyle = paint.raised;
  pen.lineWidth = 2.5;
  pen.lineJoin = 'round';
  const shape = (colour: string, ...points: Point[]): void => {
    trace(pen, points);
    pen.closePath();
    pen.stroke();
    pen.fillStyle = colour;
    pen.fill();
  };
  const half = size * 0.28;
  if (light === 'stop' || light === 'some') shape(paint.harm, [-half, -size], [half, -size], [half, size], [-half, size]);
  if (light === 'go' || light === 'some') shape(paint.done, [-size * 0.6, -size * 0.8], [size, 0], [-size * 0.6, size * 0.8]);
  if (light === 'yellow') shape(paint['attention-fill'], [-size, 0], [0, -size], [size, 0], [0, size]);
  if (light === 'off') shape(paint['rule-strong'], [-half, -half], [half, -half], [half, half], [-half, half]);
  pen.restore();
}

/** The signal whose badge is pressed. */
export function signalAt(signals: readonly Signal[], view: View, sheet: Sheet, [x, y]: Point): Signal | undefined {
  let best: { signal: Signal; away: number } | undefined;
  for (const signal of signals) {
    const [sx, sy] = toScreen(view, sheet, signal.at);
    const away = Math.hypot(sx - x, sy - y);
    if (away < 24 && (!best || away < best.away)) best = { signal, away };
  }
  return best?.signal;
}
