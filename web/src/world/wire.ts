/**
 * The binary frames between a client and a space, in both directions (docs/designs/world.md, "The wire"). Little-endian; the first byte is the
 * version (high four bits) and the kind (low four). Both ends of the format live here, so that the golden vectors of `engines/presence` test
 * the same code that the hall's own tests do. There is no field for gaze, face or raw motion, so none can leave the device.
 */

/** −127…127 of the greatest speed to the east (x) and the south (z); `yaw` 0–255, 256 to a turn, 0 north, clockwise from above. */
export type Move = { seq: number; x: number; z: number; yaw: number; state: number };
/** Bytes as they are sent: centimetres against 1.60 m above the feet (head), 1.5 cm steps against the head (hands); turns of 256. */
export type Pose = { x: number; y: number; z: number; yaw: number; pitch: number; roll: number };
export type Hands = { head: Pose; left: Pose; right: Pose };

export const gestures = ['none', 'wave', 'sit', 'raise_hand', 'bow', 'applaud'] as const;
export type Gesture = (typeof gestures)[number];
export type Doing = { gesture: Gesture; jogging: boolean; speaking: boolean; in_xr: boolean; walking: boolean };

/** Who is where: metres, `yaw` in radians (0 north, clockwise from above). */
export type Seen = Doing & { slot: number; x: number; y: number; z: number; yaw: number };
export type State = {
  kind: 'state';
  tick: number;
  /** `seq` of the last input that the server has used. */
  ack: number;
  x: number;
  y: number;
  z: number;
  bumped: boolean;
  stopped_at_bubble: boolean;
  on_way: boolean;
  seen: Seen[];
  /** Slots that are no longer in view. */
  gone: number[];
};
export type HandsOf = { slot: number; hands: Hands };
/** How many stand in a cell of 16 m that this client isn't shown, and the middle of them in metres. */
export type Cell = { cell_x: number; cell_z: number; count: number; x: number; z: number };
export type ServerFrame = State | { kind: 'hands'; of: HandsOf[] } | { kind: 'crowd'; cells: Cell[] };

export const CELL_M = 16;

/** What about a frame can't be read. */
export class WireError extends Error {
  readonly code: 'empty' | 'version' | 'kind' | 'length' | 'reserved' | 'gesture' | 'wish';
  constructor(code: WireError['code'], why: string) {
    super(why);
    this.name = 'WireError';
    this.code = code;
  }
}

const VERSION = 1;
const [MOVE, WITH_HANDS] = [0x11, 0x12];
const [STATE, HANDS, CROWD] = [0x11, 0x12, 0x13];
const [MOVE_BYTES, HANDS_BYTES, HEAD_BYTES, SEEN_BYTES, HANDS_RECORD, CROWD_RECORD] = [8, 18, 13, 9, 20, 6];
/** East, in centimetres, of a record that says that its slot is no longer in view. */
const GONE = 0xffff;
const JOG = 1 << 3;
const SPEAKING = 1 << 4;
const IN_XR = 1 << 5;
const WALKING = 1 << 6;
const FROM_CLIENT = 0b0011_1111;
const FROM_SERVER = 0b0111_1111;

export const turnOf = (byte: number): number => (byte / 256) * 2 * Math.PI;
/** Any angle in radians as 256th of a turn. */
export const yawByte = (radians: number): number => ((Math.floor((radians / (2 * Math.PI)) * 256 + 0.5) % 256) + 256) % 256;

export function stateByte(doing: Partial<Doing>): number {
  const gesture = gestures.indexOf(doing.gesture ?? 'none');
  return gesture | (doing.jogging ? JOG : 0) | (doing.speaking ? SPEAKING : 0) | (doing.in_xr ? IN_XR : 0) | (doing.walking ? WALKING : 0);
}

export function doingOf(state: number, allowed = FROM_SERVER): Doing {
  if (state & ~allowed) throw new WireError('reserved', `state ${state} has a bit that means nothing`);
  const gesture = gestures[state & 7];
  if (gesture === undefined) throw new WireError('gesture', `gesture ${state & 7} is not one of ours`);
  return {
    gesture,
    jogging: (state & JOG) !== 0,
    speaking: (state & SPEAKING) !== 0,
    in_xr: (state & IN_XR) !== 0,
    walking: (state & WALKING) !== 0,
  };
}

export function encodeMove(move: Move, hands?: Hands): Uint8Array<ArrayBuffer> {
  doingOf(move.state, FROM_CLIENT);
  const bytes = new Uint8Array(hands ? MOVE_BYTES + HANDS_BYTES : MOVE_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, hands ? WITH_HANDS : MOVE);
  view.setUint16(1, move.seq & 0xffff, true);
  view.setInt8(3, move.x);
  view.setInt8(4, move.z);
  view.setUint8(5, move.yaw);
  view.setUint8(6, move.state);
  if (hands) writeHands(view, MOVE_BYTES, hands);
  return bytes;
}

export function decodeMove(bytes: Uint8Array): { move: Move; hands: Hands | null } {
  const [kind, view] = opened(bytes);
  if (kind !== MOVE && kind !== WITH_HANDS) throw new WireError('kind', `no frame of a client has kind ${kind & 15}`);
  exactly(bytes, kind === MOVE ? MOVE_BYTES : MOVE_BYTES + HANDS_BYTES);
  const move = { seq: view.getUint16(1, true), x: view.getInt8(3), z: view.getInt8(4), yaw: view.getUint8(5), state: view.getUint8(6) };
  if (move.x === -128 || move.z === -128) throw new WireError('wish', 'a wish goes from −127 to 127');
  doingOf(move.state, FROM_CLIENT);
  if (view.getUint8(7) !== 0) throw new WireError('reserved', 'the reserved byte is 0');
  return { move, hands: kind === WITH_HANDS ? readHands(view, MOVE_BYTES) : null };
}

export function decode(bytes: Uint8Array): ServerFrame {
  const [kind, view] = opened(bytes);
  if (kind === STATE) return decodeState(bytes, view);
  if (kind === HANDS) {
    const of = records(bytes, 1, HANDS_RECORD, (at) => ({ slot: view.getUint16(at, true), hands: readHands(view, at + 2) }));
    return { kind: 'hands', of };
  }
  if (kind === CROWD) {
    const cells = records(bytes, 1, CROWD_RECORD, (at) => {
      const [cell_x, cell_z] = [view.getUint8(at), view.getUint8(at + 1)];
      const inside = (byte: number): number => (view.getUint8(byte) / 256) * CELL_M;
      return { cell_x, cell_z, count: view.getUint16(at + 2, true), x: cell_x * CELL_M + inside(at + 4), z: cell_z * CELL_M + inside(at + 5) };
    });
    return { kind: 'crowd', cells };
  }
  throw new WireError('kind', `no frame of a server has kind ${kind & 15}`);
}

function decodeState(bytes: Uint8Array, view: DataView): State {
  if (bytes.length < HEAD_BYTES) throw new WireError('length', `a state has at least ${HEAD_BYTES} bytes, this one has ${bytes.length}`);
  const flags = view.getUint8(12);
  if (flags & ~7) throw new WireError('reserved', `flags ${flags} have a bit that means nothing`);
  const place = (at: number): { x: number; z: number; y: number } => ({
    x: view.getUint16(at, true) / 100,
    z: view.getUint16(at + 2, true) / 100,
    y: view.getUint8(at + 4) / 20,
  });
  const all = records(bytes, HEAD_BYTES, SEEN_BYTES, (at) => at);
  const first = all.findIndex((at) => view.getUint16(at + 2, true) === GONE);
  const here = first < 0 ? all : all.slice(0, first);
  const gone = first < 0 ? [] : all.slice(first);
  return {
    kind: 'state',
    tick: view.getUint32(1, true),
    ack: view.getUint16(5, true),
    ...place(7),
    bumped: (flags & 1) !== 0,
    stopped_at_bubble: (flags & 2) !== 0,
    on_way: (flags & 4) !== 0,
    seen: here.map((at) => ({
      slot: view.getUint16(at, true),
      ...place(at + 2),
      yaw: turnOf(view.getUint8(at + 7)),
      ...doingOf(view.getUint8(at + 8)),
    })),
    gone: gone.map((at) => {
      const rest = [view.getUint16(at + 4, true), view.getUint8(at + 6), view.getUint8(at + 7), view.getUint8(at + 8)];
      if (view.getUint16(at + 2, true) !== GONE) throw new WireError('reserved', 'no place comes after those no longer in view');
      if (rest.some((value) => value !== 0)) throw new WireError('reserved', 'of one no longer in view there is nothing to say');
      return view.getUint16(at, true);
    }),
  };
}

/** The other direction: what the server writes. Used by tests and by the stand-in server of the pictures. */
export function encode(frame: ServerFrame): Uint8Array<ArrayBuffer> {
  if (frame.kind === 'state') {
    const bytes = new Uint8Array(HEAD_BYTES + SEEN_BYTES * (frame.seen.length + frame.gone.length));
    const view = new DataView(bytes.buffer);
    view.setUint8(0, STATE);
    view.setUint32(1, frame.tick, true);
    view.setUint16(5, frame.ack, true);
    const place = (at: number, from: { x: number; y: number; z: number }): void => {
      view.setUint16(at, Math.round(from.x * 100), true);
      view.setUint16(at + 2, Math.round(from.z * 100), true);
      view.setUint8(at + 4, Math.round(from.y * 20));
    };
    place(7, frame);
    view.setUint8(12, (frame.bumped ? 1 : 0) | (frame.stopped_at_bubble ? 2 : 0) | (frame.on_way ? 4 : 0));
    for (const [index, each] of frame.seen.entries()) {
      const at = HEAD_BYTES + index * SEEN_BYTES;
      view.setUint16(at, each.slot, true);
      place(at + 2, each);
      view.setUint8(at + 7, yawByte(each.yaw));
      view.setUint8(at + 8, stateByte(each));
    }
    for (const [index, slot] of frame.gone.entries()) {
      const at = HEAD_BYTES + (frame.seen.length + index) * SEEN_BYTES;
      view.setUint16(at, slot, true);
      view.setUint16(at + 2, GONE, true);
    }
    return bytes;
  }
  const [kind, size, count] =
    frame.kind === 'hands' ? [HANDS, HANDS_RECORD, frame.of.length] : [CROWD, CROWD_RECORD, frame.cells.length];
  const bytes = new Uint8Array(1 + size * count);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, kind);
  if (frame.kind === 'hands') {
    for (const [index, each] of frame.of.entries()) {
      view.setUint16(1 + index * size, each.slot, true);
      writeHands(view, 3 + index * size, each.hands);
    }
  } else {
    for (const [index, cell] of frame.cells.entries()) {
      const at = 1 + index * size;
      view.setUint8(at, cell.cell_x);
      view.setUint8(at + 1, cell.cell_z);
      view.setUint16(at + 2, cell.count, true);
      view.setUint8(at + 4, Math.round(((cell.x - cell.cell_x * CELL_M) / CELL_M) * 256));
      view.setUint8(at + 5, Math.round(((cell.z - cell.cell_z * CELL_M) / CELL_M) * 256));
    }
  }
  return bytes;
}

function opened(bytes: Uint8Array): [kind: number, view: DataView] {
  const kind = bytes[0];
  if (kind === undefined) throw new WireError('empty', 'a frame has at least its kind');
  if (kind >> 4 !== VERSION) throw new WireError('version', `version ${kind >> 4} is not ${VERSION}`);
  return [kind, new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)];
}

function exactly(bytes: Uint8Array, length: number): void {
  if (bytes.length !== length) throw new WireError('length', `expected ${length} bytes, got ${bytes.length}`);
}

function records<T>(bytes: Uint8Array, from: number, size: number, read: (at: number) => T): T[] {
  const rest = bytes.length - from;
  if (rest % size !== 0) throw new WireError('length', `${rest} bytes are no whole records of ${size}`);
  return Array.from({ length: rest / size }, (_, index) => read(from + index * size));
}

const parts = ['head', 'left', 'right'] as const;
const fields = ['x', 'y', 'z', 'yaw', 'pitch', 'roll'] as const;

function writeHands(view: DataView, from: number, hands: Hands): void {
  for (const [p, part] of parts.entries()) {
    for (const [f, field] of fields.entries()) view.setInt8(from + p * fields.length + f, hands[part][field]);
  }
}

function readHands(view: DataView, from: number): Hands {
  const pose = (p: number): Pose =>
    Object.fromEntries(fields.map((field, f) => [field, view.getInt8(from + p * fields.length + f)])) as Pose;
  return { head: pose(0), left: pose(1), right: pose(2) };
}
