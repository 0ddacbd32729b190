import { sha384 } from '@noble/hashes/sha2.js';

import { concat, equal } from '../record/bytes';

/**
 * The arithmetic of RSABSSA-SHA384-PSSZERO (RFC 9474) for the one who asks: no private key comes here.
 *
 * BigInt takes longer for some numbers than for others. That tells nobody anything: the authority sees only what is
 * blinded, and whoever can time code inside this browser can read its secrets anyway.
 */
export interface RsaKey {
  readonly n: bigint;
  readonly e: bigint;
}

const hash_length = 48;

export const bitLength = (value: bigint): number => value.toString(2).length;

/** I2OSP and OS2IP of RFC 8017 §4: big endian, of the length of the modulus. */
export function toBytes(value: bigint, length: number): Uint8Array {
  const hex = value.toString(16).padStart(length * 2, '0');
  return Uint8Array.from({ length }, (_, at) => parseInt(hex.slice(at * 2, at * 2 + 2), 16));
}

export const toNumber = (bytes: Uint8Array): bigint => bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square, rest] = [1n, base % modulus, exponent];
  for (; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** The inverse, or nothing for a number that is no unit (extended Euclid). */
export function inverse(value: bigint, modulus: bigint): bigint | undefined {
  let [r0, r1, s0, s1] = [modulus, value % modulus, 0n, 1n];
  while (r1 > 0n) {
    const quotient = r0 / r1;
    [r0, r1] = [r1, r0 - quotient * r1];
    [s0, s1] = [s1, s0 - quotient * s1];
  }
  return r0 === 1n ? (s0 + modulus) % modulus : undefined;
}

/** MGF1 of RFC 8017 §B.2.1 with SHA-384. */
function mask(seed: Uint8Array, length: number): Uint8Array {
  const blocks = Array.from({ length: Math.ceil(length / hash_length) }, (_, at) => sha384(concat(seed, toBytes(BigInt(at), 4))));
  return concat(...blocks).subarray(0, length);
}

/** EMSA-PSS-ENCODE of RFC 8017 §9.1.1 with SHA-384 and without salt: the same message, the same number. */
export function encode(message: Uint8Array, bits: number): Uint8Array {
  const length = Math.ceil(bits / 8);
  if (length < hash_length + 2) throw new Error('the key is too short for SHA-384');
  const digest = sha384(concat(new Uint8Array(8), sha384(message)));
  const block = new Uint8Array(length - hash_length - 1);
  block[block.length - 1] = 1;
  const masked = mask(digest, block.length).map((byte, at) => byte ^ (block[at] ?? 0));
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - bits));
  return concat(masked, digest, Uint8Array.of(0xbc));
}

const modulusLength = (key: RsaKey): number => Math.ceil(bitLength(key.n) / 8);

/** RFC 9474 §4.2 with a given factor: what is sent, or nothing if factor or message is no unit of the key. */
export function blindMessage(message: Uint8Array, key: RsaKey, factor: bigint): { request: Uint8Array; inverse: bigint } | undefined {
  const number = toNumber(encode(message, bitLength(key.n) - 1));
  const back = inverse(factor, key.n);
  if (back === undefined || inverse(number, key.n) === undefined) return undefined;
  const blinded = (number * power(factor, key.e, key.n)) % key.n;
  return { request: toBytes(blinded, modulusLength(key)), inverse: back };
}

/** RFC 9474 §4.4: the signature, or an error when the reply is not the key's answer to this request. */
export function finalizeMessage(message: Uint8Array, key: RsaKey, reply: Uint8Array, back: bigint): Uint8Array {
  const length = modulusLength(key);
  const number = toNumber(reply);
  if (reply.length !== length || number >= key.n) throw new Error('the reply is no number of this key');
  const signature = toBytes((number * back) % key.n, length);
  if (!isSigned(message, key, signature)) throw new Error('the reply is not the answer of this key to this request');
  return signature;
}

/** RSASSA-PSS-VERIFY of RFC 8017 §8.1.2; without salt the encoding has one form, so it is made again and compared. */
export function isSigned(message: Uint8Array, key: RsaKey, signature: Uint8Array): boolean {
  const length = modulusLength(key);
  const number = toNumber(signature);
  if (signature.length !== length || number >= key.n) return false;
  const bits = bitLength(key.n) - 1;
  const encoded = power(number, key.e, key.n);
  return bitLength(encoded) <= bits && equal(toBytes(encoded, Math.ceil(bits / 8)), encode(message, bits));
}
