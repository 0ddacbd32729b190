import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

import { concat, fromHex, toHex } from '../record/bytes';
import { blind, decodeToken, encodeToken, finalize, message, scopeKey, scopeKeyFromSpki, tokenId, verify } from './scope-token';
import { blindMessage, encode, finalizeMessage, inverse, isSigned, power, toNumber } from './scope-token-rsa';

interface Rfc {
  name: string;
  n: string;
  e: string;
  d: string;
  msg: string;
  inv: string;
  blinded_msg: string;
  blind_sig: string;
  sig: string;
  encoded_msg: string;
}

interface Ours {
  modulus: string;
  spki: string;
  vectors: { secret: string; scope: string; nonce: string; request: string; reply: string; token: string; id: string }[];
}

// Both files belong to the engine, whose tests make and check them.
const read = (name: string): unknown => JSON.parse(readFileSync(resolve(process.cwd(), '../engines/custody/tests', name), 'utf8'));
const rfc = (read('rfc9474.json') as { vectors: Rfc[] }).vectors;
const ours = read('scope-token.json') as Ours;
const key = scopeKey(fromHex(ours.modulus));
const number = (hex: string): bigint => BigInt(`0x${hex}`);

describe('RFC 9474', () => {
  it('has two vectors without salt', () => {
    expect(rfc.map((vector) => vector.name)).toEqual(['RSABSSA-SHA384-PSSZERO-Randomized', 'RSABSSA-SHA384-PSSZERO-Deterministic']);
  });
  it.each(rfc)('$name: message, request, reply and signature are those of the RFC', (vector) => {
    const long = { n: number(vector.n), e: number(vector.e) };
    const msg = fromHex(vector.msg);
    expect(toHex(encode(msg, 4095))).toBe(vector.encoded_msg);
    const factor = inverse(number(vector.inv), long.n);
    const blinded = blindMessage(msg, long, factor ?? 0n);
    expect(toHex(blinded?.request ?? new Uint8Array())).toBe(vector.blinded_msg);
    expect(blinded?.inverse).toBe(number(vector.inv));
    expect(power(number(vector.blinded_msg), number(vector.d), long.n)).toBe(number(vector.blind_sig));
    expect(toHex(finalizeMessage(msg, long, fromHex(vector.blind_sig), number(vector.inv)))).toBe(vector.sig);
    expect(isSigned(msg, long, fromHex(vector.sig))).toBe(true);
    expect(isSigned(concat(msg, msg), long, fromHex(vector.sig))).toBe(false);
  });
});

describe('a scope token', () => {
  it.each(ours.vectors)('is the same in the browser as in the hall: $scope', (vector) => {
    const secret = fromHex(vector.secret);
    expect(toHex(message(secret, vector.scope).nonce)).toBe(vector.nonce);
    const { request, pending } = blind(secret, vector.scope, key);
    expect(toHex(request)).toBe(vector.request);
    const token = finalize(pending, fromHex(vector.reply));
    expect(toHex(encodeToken(token))).toBe(vector.token);
    expect(toHex(tokenId(token))).toBe(vector.id);
    expect(decodeToken(encodeToken(token))).toEqual(token);
    expect(verify(token, vector.scope, key)).toBe(true);
    expect(verify(token, `${vector.scope}x`, key)).toBe(false);
  });
  it('has a key that is read from its SubjectPublicKeyInfo and from nothing else', () => {
    const spki = fromHex(ours.spki);
    expect(scopeKeyFromSpki(spki)).toEqual(key);
    for (const at of [0, 5, 70, spki.length - 1]) {
      const altered = spki.slice();
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(() => scopeKeyFromSpki(altered)).toThrow();
    }
    expect(() => scopeKeyFromSpki(spki.subarray(1))).toThrow();
    expect(() => scopeKeyFromSpki(concat(spki, Uint8Array.of(0)))).toThrow();
  });
  it('is refused when one byte is another', () => {
    const vector = ours.vectors[1];
    if (!vector) throw new Error('no vector');
    const bytes = fromHex(vector.token);
    for (let at = 0; at < bytes.length; at += 7) {
      const altered = bytes.slice();
      altered[at] = (altered[at] ?? 0) ^ 4;
      let is_good = false;
      try {
        is_good = verify(decodeToken(altered), vector.scope, key);
      } catch {
        // no token at all
      }
      expect(is_good, `byte ${at}`).toBe(false);
    }
    for (const other of [bytes.subarray(1), bytes.subarray(0, -1), concat(bytes, Uint8Array.of(0)), new Uint8Array()]) {
      expect(() => decodeToken(other)).toThrow();
    }
  });
  it('does not come from a false, a foreign or an oversized reply', () => {
    const [one, two] = [ours.vectors[1], ours.vectors[2]];
    if (!one || !two) throw new Error('no vector');
    const { pending } = blind(fromHex(one.secret), one.scope, key);
    for (const reply of [fromHex(two.reply), key.modulus, new Uint8Array(256).fill(255), new Uint8Array(256), fromHex(one.reply).subarray(1)]) {
      expect(() => finalize(pending, reply)).toThrow();
    }
  });
  it('has no second spelling of its signature', () => {
    const second = ours.vectors
      .map((vector) => ({ vector, sum: toNumber(fromHex(vector.token).subarray(-256)) + key.n }))
      .filter(({ sum }) => sum < 1n << 2048n);
    for (const { vector, sum } of second) {
      const signature = fromHex(sum.toString(16).padStart(512, '0'));
      expect(verify({ ...decodeToken(fromHex(vector.token)), signature }, vector.scope, key)).toBe(false);
    }
  });
  it('takes visible ASCII for a scope and 32 bytes for a secret', () => {
    for (const scope of ['', ' ', 'poll 1', 'a\n', 'ก', 'x'.repeat(129)]) expect(() => message(new Uint8Array(32), scope)).toThrow();
    expect(() => message(new Uint8Array(31), 'poll_1')).toThrow();
  });
});
