import { describe, expect, it } from 'vitest';

import { agrees, microseconds, sameBytes } from './agree';
import { fromBase64, fromHex } from './bytes';
import { decode } from './cbor';

const read = (hex: string): unknown => decode(fromHex(hex));

describe('deterministic CBOR', () => {
  it('reads the examples of RFC 8949', () => {
    expect(read('00')).toBe(0);
    expect(read('1903e8')).toBe(1000);
    expect(read('1b000000e8d4a51000')).toBe(1_000_000_000_000);
    expect(read('1bffffffffffffffff')).toBe(18446744073709551615n);
    expect(read('3903e7')).toBe(-1000);
    expect(read('f93e00')).toBe(1.5);
    expect(read('fa47c35000')).toBe(100000);
    expect(read('fb3ff199999999999a')).toBe(1.1);
    expect(read('f97c00')).toBe(Infinity);
    expect(read('f6')).toBe(null);
    expect(read('62c3bc')).toBe('ü');
    expect(read('83010203')).toEqual([1, 2, 3]);
    expect(read('a26161016162820203')).toEqual(
      new Map<string, unknown>([
        ['a', 1],
        ['b', [2, 3]],
      ]),
    );
  });
  it.each([
    ['1817', 'shortest'],
    ['190001', 'shortest'],
    ['fb3ff8000000000000', 'shortest'],
    ['fa3fc00000', 'shortest'],
    ['9fff', 'indefinite'],
    ['a2616201616102', 'order'],
    ['a2616101616102', 'order'],
    ['a10102', 'text'],
    ['c001', 'tags'],
    ['0000', 'left over'],
    ['62c3', 'missing'],
    ['9b7fffffffffffffff', 'missing'],
    ['f7', 'simple'],
    ['61ff', 'utf-8'],
  ])('refuses %s', (hex, word) => {
    expect(() => read(hex)).toThrow(word);
  });
});

describe('what the page shows and what the leaf says', () => {
  const leaf = decode(fromHex('a3616101616242beef61638201f6'));
  it('agree when they are the same', () => {
    expect(agrees(leaf, { a: 1, b: 'beef', c: [1, null] })).toBe(true);
    expect(agrees(leaf, { a: 1, b: 'vu8=', c: [1, null] })).toBe(true);
  });
  it.each<unknown>([
    { a: 2, b: 'beef', c: [1, null] },
    { a: 1, b: 'beef' },
    { a: 1, b: 'beef', c: [1, null], d: 0 },
    { a: 1, b: 'beef', c: [1] },
  ])('differ when %j is shown', (shown) => expect(agrees(leaf, shown)).toBe(false));
  it('count microseconds', () => {
    expect(microseconds('1970-01-01T00:00:01.000002Z')).toBe(1_000_002);
    expect(microseconds('2026-11-22T10:00:00Z')).toBe(Date.parse('2026-11-22T10:00:00Z') * 1000);
  });
  it('refuse two spellings of base64', () => {
    expect(() => fromBase64('QQ')).toThrow();
    expect(() => fromBase64('QR==')).toThrow('canonical');
    expect(sameBytes(Uint8Array.of(65), 'QQ==')).toBe(true);
  });
});
