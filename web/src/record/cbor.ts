import { toHex } from './bytes';

/**
 * A reader for deterministic CBOR (RFC 8949 §4.2.1) and nothing else: shortest lengths, sorted unique keys,
 * no indefinite items, no tags. A leaf that could be spelt in two ways would have two hashes.
 */
export type Cbor = null | boolean | number | bigint | string | Uint8Array | Cbor[] | Map<string, Cbor>;

const max_depth = 32;

export function decode(bytes: Uint8Array): Cbor {
  const reader = new Reader(bytes);
  const value = reader.value(0);
  if (reader.at !== bytes.length) throw new Error('bytes are left over');
  return value;
}

class Reader {
  at = 0;
  #bytes: Uint8Array;
  #view: DataView;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  value(depth: number): Cbor {
    if (depth > max_depth) throw new Error('nested too deep');
    const head = this.#take(1)[0] ?? 0;
    const major = head >> 5;
    if (major === 7) return this.#simple(head & 31);
    const count = this.#argument(head & 31);
    switch (major) {
      case 0:
        return small(count);
      case 1:
        return small(-1n - count);
      case 2:
        return this.#take(count).slice();
      case 3:
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#take(count));
      case 4:
        return Array.from({ length: this.#items(count) }, () => this.value(depth + 1));
      case 5:
        return this.#map(this.#items(count), depth + 1);
      default:
        throw new Error('tags have no place in a leaf');
    }
  }

  #map(count: number, depth: number): Map<string, Cbor> {
    const map = new Map<string, Cbor>();
    let before = '';
    for (let each = 0; each < count; each++) {
      const start = this.at;
      const key = this.value(depth);
      if (typeof key !== 'string') throw new Error('keys are text');
      const spelt = toHex(this.#bytes.subarray(start, this.at));
      if (each > 0 && spelt <= before) throw new Error('keys are not in order, or one comes twice');
      before = spelt;
      map.set(key, this.value(depth));
    }
    return map;
  }

  #take(count: number | bigint): Uint8Array {
    const end = BigInt(this.at) + BigInt(count);
    if (end > BigInt(this.#bytes.length)) throw new Error('bytes are missing');
    const part = this.#bytes.subarray(this.at, Number(end));
    this.at = Number(end);
    return part;
  }

  /** Every item takes at least one byte, so a count beyond what is left is a lie: refuse before making room for it. */
  #items(count: bigint): number {
    if (count > BigInt(this.#bytes.length - this.at)) throw new Error('bytes are missing');
    return Number(count);
  }

  #argument(info: number): bigint {
    if (info < 24) return BigInt(info);
    if (info > 27) throw new Error('indefinite lengths are not deterministic');
    const start = this.at;
    const width = 1 << (info - 24);
    this.#take(width);
    const value =
      width === 1
        ? BigInt(this.#view.getUint8(start))
        : width === 2
          ? BigInt(this.#view.getUint16(start))
          : width === 4
            ? BigInt(this.#view.getUint32(start))
            : this.#view.getBigUint64(start);
    const least = width === 1 ? 24n : 1n << BigInt(width * 4);
    if (value < least) throw new Error('a number is not in its shortest form');
    return value;
  }

  #simple(info: number): Cbor {
    if (info === 20 || info === 21) return info === 21;
    if (info === 22) return null;
    const start = this.at;
    if (info === 25) {
      this.#take(2);
      return half(this.#view.getUint16(start));
    }
    if (info === 26) {
      this.#take(4);
      const value = this.#view.getFloat32(start);
      if (fitsHalf(value)) throw new Error('a number is not in its shortest form');
      return value;
    }
    if (info === 27) {
      this.#take(8);
      const value = this.#view.getFloat64(start);
      if (Number.isNaN(value) || Math.fround(value) === value) throw new Error('a number is not in its shortest form');
      return value;
    }
    throw new Error('an unknown simple value');
  }
}

const small = (value: bigint): number | bigint => (Number.isSafeInteger(Number(value)) ? Number(value) : value);

function half(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15));
}

function fitsHalf(value: number): boolean {
  if (!Number.isFinite(value)) return true;
  const size = Math.abs(value);
  if (size > 65504) return false;
  const step = 2 ** (Math.max(Math.floor(Math.log2(size || 1)), -14) - 10);
  return Number.isInteger(size / step);
}
