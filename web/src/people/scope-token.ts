import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';

import { concat, equal, fromHex, utf8 } from '../record/bytes';
import { blindMessage, finalizeMessage, isSigned, toBytes, toNumber, type RsaKey } from './scope-token-rsa';

/**
 * One human, one token for each scope, and nobody can tell whose it is: the person's half of `engines/custody/src/token.rs`.
 *
 * The secret stays in this browser. From it and the scope follow the nonce *and* the blinding factor, so a new device
 * with the same secret makes the same request, byte for byte, and gets the same token back.
 */
export const size = 256;

const version = 1;
const nonce_label = utf8('sala/scope-token/v1');
const blind_label = utf8('sala/scope-token/v1/blind');

/** The SubjectPublicKeyInfo of RFC 9578 §6.5 for 2048 bits: all but the modulus is fixed. */
const spki_head = fromHex(
  '30820152303d06092a864886f70d01010a3030a00d300b0609608648016503040202a11a301806092a864886f70d010108300b0609608648016503040202a2030201000382010f003082010a0282010100',
);
const spki_tail = fromHex('0203010001');

export interface ScopeKey extends RsaKey {
  readonly modulus: Uint8Array;
}

export interface Token {
  readonly scope: string;
  readonly nonce: Uint8Array;
  readonly signature: Uint8Array;
}

/** What to keep until the reply comes; it can be made again from the secret. */
export interface Pending {
  readonly scope: string;
  readonly nonce: Uint8Array;
  readonly key: ScopeKey;
  readonly inverse: bigint;
}

/** A key of 2048 bits, by its modulus; the exponent is always 65537. */
export function scopeKey(modulus: Uint8Array): ScopeKey {
  if (modulus.length !== size || (modulus[0] ?? 0) < 0x80 || ((modulus[size - 1] ?? 0) & 1) === 0) throw new Error('a scope key has 2048 bits');
  return { modulus, n: toNumber(modulus), e: 65537n };
}

export function scopeKeyFromSpki(spki: Uint8Array): ScopeKey {
  const end = spki_head.length + size;
  const has_form = equal(spki.subarray(0, spki_head.length), spki_head) && equal(spki.subarray(end), spki_tail);
  if (!has_form) throw new Error('not the SubjectPublicKeyInfo of a scope key');
  return scopeKey(spki.slice(spki_head.length, end));
}

/** The one message that this person has in this scope: version, length, scope, nonce. */
export function message(secret: Uint8Array, scope: string): { nonce: Uint8Array; encoded: Uint8Array } {
  if (secret.length !== 32) throw new Error('a secret has 32 bytes');
  const nonce = derive(secret, 32, nonce_label, ascii(scope));
  return { nonce, encoded: encodeMessage(scope, nonce) };
}

/** What to send to the authority, and what to keep meanwhile (RFC 9474 §4.2). */
export function blind(secret: Uint8Array, scope: string, key: ScopeKey): { request: Uint8Array; pending: Pending } {
  const { nonce, encoded } = message(secret, scope);
  for (let counter = 0; counter < 256; counter++) {
    const factor = toNumber(derive(secret, size, blind_label, sha256(key.modulus), ascii(scope), Uint8Array.of(counter)));
    // A draw that is not below the modulus, or (never, as far as anyone has seen) no unit, is drawn again.
    const blinded = factor < key.n ? blindMessage(encoded, key, factor) : undefined;
    if (blinded) return { request: blinded.request, pending: { scope, nonce, key, inverse: blinded.inverse } };
  }
  throw new Error('this key can not be used');
}

/** The token from the authority's reply, or an error when the reply is false (RFC 9474 §4.4). */
export function finalize(pending: Pending, reply: Uint8Array): Token {
  const { scope, nonce, key, inverse } = pending;
  return { scope, nonce, signature: finalizeMessage(encodeMessage(scope, nonce), key, reply, inverse) };
}

/** Whether the token is of this scope and signed by its key. */
export function verify(token: Token, scope: string, key: ScopeKey): boolean {
  return token.scope === scope && isSigned(encodeMessage(token.scope, token.nonce), key, token.signature);
}

/** Names the token for the check that it is used once. */
export const tokenId = (token: Token): Uint8Array => sha256(encodeMessage(token.scope, token.nonce));

export const encodeToken = (token: Token): Uint8Array => concat(encodeMessage(token.scope, token.nonce), token.signature);

/** Reads what `encodeToken` wrote, and nothing else. It says nothing yet about the signature. */
export function decodeToken(bytes: Uint8Array): Token {
  const length = bytes[1] ?? 0;
  if (bytes[0] !== version) throw new Error('not a token of version 1');
  if (bytes.length !== 2 + length + 32 + size) throw new Error('a token has another length');
  const scope = Array.from(bytes.subarray(2, 2 + length), (byte) => String.fromCharCode(byte)).join('');
  ascii(scope);
  return { scope, nonce: bytes.slice(2 + length, 34 + length), signature: bytes.slice(34 + length) };
}

function encodeMessage(scope: string, nonce: Uint8Array): Uint8Array {
  const letters = ascii(scope);
  return concat(Uint8Array.of(version), toBytes(BigInt(letters.length), 1), letters, nonce);
}

function ascii(scope: string): Uint8Array {
  if (!/^[!-~]{1,128}$/.test(scope)) throw new Error('a scope has 1 to 128 visible ASCII characters');
  return utf8(scope);
}

const derive = (secret: Uint8Array, length: number, ...info: Uint8Array[]): Uint8Array => hkdf(sha256, secret, undefined, concat(...info), length);
