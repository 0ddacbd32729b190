import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CELL_M, decode, decodeMove, encode, encodeMove, stateByte, turnOf, WireError, yawByte, type Hands, type ServerFrame } from './wire';

/** Written by the hall's own engine; both sides read the same file. */
type Vector = { name: string; hex: string; value?: never; error?: string };
const vectors = (file: string): Vector[] => JSON.parse(readFileSync(`../engines/presence/vectors/${file}`, 'utf8')) as Vector[];
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const hexOf = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');

type Doing = { gesture: string; jogging: boolean; speaking: boolean; xr: boolean; walking?: boolean; state: number };
const doingOf = (told: Doing) => ({
  gesture: told.gesture.replace('raise hand', 'raise_hand'),
  jogging: told.jogging,
  speaking: told.speaking,
  in_xr: told.xr,
  walking: told.walking ?? false,
});
type Limb = { x: number; y: number; z: number; yaw: number; pitch: number; roll: number } | number[];
const fields = ['x', 'y', 'z', 'yaw', 'pitch', 'roll'] as const;
const limbOf = (limb: Limb) => (Array.isArray(limb) ? Object.fromEntries(fields.map((field, at) => [field, limb[at]])) : limb);
const handsOf = (hands: { head: Limb; left: Limb; right: Limb }) =>
  ({ head: limbOf(hands.head), left: limbOf(hands.left), right: limbOf(hands.right) }) as unknown as Hands;

describe('what a client sends', () => {
  const all = vectors('client.json');
  for (const { name, hex, value, error } of all) {
    it(name, () => {
      if (error) {
        expect(() => decodeMove(bytesOf(hex))).toThrow(WireError);
        expect(codeOf(() => decodeMove(bytesOf(hex)))).toBe(error);
        return;
      }
      const told = value as unknown as Doing & { seq: number; wish: [number, number]; yaw: number; hands?: never };
      const { move, hands } = decodeMove(bytesOf(hex));
      expect(move).toEqual({ seq: told.seq, x: told.wish[0], z: told.wish[1], yaw: told.yaw, state: told.state });
      expect(stateByte(doingOf(told) as never)).toBe(told.state);
      if (told.hands) expect(hands).toEqual(handsOf(told.hands));
      expect(hexOf(encodeMove(move, hands ?? undefined))).toBe(hex);
    });
  }
  it('covers every refusal', () => {
    expect(new Set(all.map((each) => each.error).filter(Boolean))).toEqual(
      new Set(['empty', 'version', 'kind', 'length', 'reserved', 'gesture', 'wish']),
    );
  });
});

describe('what a space sends', () => {
  for (const { name, hex, value, error } of vectors('server.json')) {
    it(name, () => {
      if (error) {
        expect(codeOf(() => decode(bytesOf(hex)))).toBe(error);
        return;
      }
      const frame = decode(bytesOf(hex));
      expect(frame).toEqual(frameOf(value as unknown as Told));
      expect(hexOf(encode(frame))).toBe(hex);
    });
  }
});

type Told =
  | {
      kind: 'state';
      tick: number;
      ack: number;
      x: number;
      y: number;
      z: number;
      flags: { bumped: boolean; stopped: boolean; on_way: boolean };
      records: (Doing & { slot: number; x: number; y: number; z: number; yaw: number })[];
      gone: number[];
    }
  | { kind: 'hands'; records: { slot: number; head: Limb; left: Limb; right: Limb; hands?: { head: Limb; left: Limb; right: Limb } }[] }
  | { kind: 'crowd'; records: { cell: [number, number]; count: number; middle: [number, number] }[] };

function frameOf(told: Told): ServerFrame {
  if (told.kind === 'state') {
    const { tick, ack, flags } = told;
    const place = (at: { x: number; y: number; z: number }) => ({ x: at.x / 100, z: at.z / 100, y: at.y / 20 });
    return {
      kind: 'state',
      ...{ tick, ack, ...place(told), bumped: flags.bumped, stopped_at_bubble: flags.stopped, on_way: flags.on_way },
      seen: told.records.map((each) => ({ slot: each.slot, ...place(each), yaw: turnOf(each.yaw), ...(doingOf(each) as never as object) })) as never,
      gone: told.gone,
    };
  }
  if (told.kind === 'hands') {
    return { kind: 'hands', of: told.records.map((each) => ({ slot: each.slot, hands: handsOf(each.hands ?? each) })) };
  }
  return {
    kind: 'crowd',
    cells: told.records.map(({ cell, count, middle }) => ({
      ...{ cell_x: cell[0], cell_z: cell[1], count },
      x: cell[0] * CELL_M + (middle[0] / 256) * CELL_M,
      z: cell[1] * CELL_M + (middle[1] / 256) * CELL_M,
    })),
  };
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (cause) {
    if (cause instanceof WireError) return cause.code;
    throw cause;
  }
  return 'nothing';
}

it('a turn has 256 parts and wraps both ways', () => {
  const pairs = (JSON.parse(readFileSync('../engines/presence/vectors/quantities.json', 'utf8')) as { name: string; pairs: [number, number][] }[]).find(
    (each) => each.name === 'yaw_from_degrees',
  );
  for (const [degrees, byte] of pairs?.pairs ?? []) expect(yawByte((degrees / 180) * Math.PI), String(degrees)).toBe(byte);
  expect(pairs?.pairs.length).toBeGreaterThan(3);
});
