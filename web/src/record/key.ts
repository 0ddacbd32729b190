import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, fromBase64, fromHex, utf8 } from './bytes';

/** Verifier keys (c2sp.org/signed-note): `<name>+<hex key id>+<base64(type ‖ key)>`. */

export const note_signature = 0x01; // plain Ed25519, how the log signs
export const cosignature_v1 = 0x04; // timestamped Ed25519, how witnesses sign

export type VerifierKey = { name: string; id: Uint8Array; type: number; key: Uint8Array };

export const isKeyName = (name: string): boolean => name.length > 0 && !/[\s+]/u.test(name);

export function keyId(name: string, type: number, key: Uint8Array): Uint8Array {
  return sha256(concat(utf8(`${name}\n`), Uint8Array.of(type), key)).slice(0, 4);
}

export function parseKey(text: string): VerifierKey {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  if (first < 0 || second < 0) throw new Error('a verifier key has three parts');
  const name = text.slice(0, first);
  const id = fromHex(text.slice(first + 1, second));
  const material = fromBase64(text.slice(second + 1));
  const type = material[0];
  const key = material.slice(1);
  if (!isKeyName(name)) throw new Error('a key name has no spaces and no plus');
  if (type !== note_signature && type !== cosignature_v1) throw new Error(`unknown signature type ${type}`);
  if (key.length !== 32) throw new Error('an Ed25519 key has 32 bytes');
  if (!equal(id, keyId(name, type, key))) throw new Error('the key id does not belong to this key');
  return { name, id, type, key };
}

/** RFC 8032 verification; a malformed key or signature is simply not valid. */
export function isSigned(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (signature.length !== 64) return false;
  try {
    return ed25519.verify(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}
