import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from './bytes';

const domain = utf8('sala/commit/v1');

/** SHA-256("sala/commit/v1" ‖ salt ‖ uint16be(len field) ‖ field ‖ cbor(value)). */
export function commitment(salt: Uint8Array, field: string, cbor: Uint8Array): Uint8Array {
  if (salt.length !== 32) throw new Error('a salt has 32 bytes');
  const name = utf8(field);
  const length = Uint8Array.of(name.length >> 8, name.length & 255);
  return sha256(concat(domain, salt, length, name, cbor));
}
