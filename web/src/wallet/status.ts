import { fromUrl } from './base64url';
import type { StatusReference } from './credential';
import { need, WalletFault } from './fault';
import { inTime, keyOf, parseJws, verify, type Jwk } from './jose';
import { isObject, textOf } from './json';
import { getText, type World } from './net';

/** Token Status List: one signed list for many credentials; who fetches it does not say for whose sake. */

export type Standing = 'valid' | 'revoked' | 'suspended' | 'unknown';

/** Largest list that is unpacked: 16 MiB. */
const most_bytes = 16 * 1024 * 1024;

export async function standing(world: World, reference: StatusReference, keys: Jwk[]): Promise<Standing> {
  const jws = parseJws(await getText(world, reference.uri, 'application/statuslist+jwt'), 'answer_unreadable');
  need(jws.header['typ'] === 'statuslist+jwt', 'answer_unreadable', 'it is no status list');
  await verify(jws, keyOf(keys, jws, 'answer_unreadable'), 'answer_unreadable');
  need(jws.payload['sub'] === reference.uri, 'answer_unreadable', 'it is another list');
  inTime(jws.payload, world.now(), 'answer_unreadable', 'answer_unreadable');
  const list = jws.payload['status_list'];
  const packed = textOf(list, 'lst');
  const bits = isObject(list) ? list['bits'] : undefined;
  need(packed !== undefined && (bits === 1 || bits === 2 || bits === 4 || bits === 8), 'answer_unreadable', 'its bits can’t be read');
  return standingAt(await unpack(packed), bits, reference.idx);
}

/** In each byte the lowest bits come first (§4.1). */
export function standingAt(bytes: Uint8Array, bits: 1 | 2 | 4 | 8, idx: number): Standing {
  const per_byte = 8 / bits;
  const byte = bytes[Math.floor(idx / per_byte)];
  need(byte !== undefined, 'answer_unreadable', 'the list has no such place');
  const value = (byte >> ((idx % per_byte) * bits)) & ((1 << bits) - 1);
  return ({ 0: 'valid', 1: 'revoked', 2: 'suspended' } as const)[value] ?? 'unknown';
}

/** zlib (RFC 1950), stopped where it grows beyond all measure. */
export async function unpack(text: string): Promise<Uint8Array> {
  const out: Uint8Array[] = [];
  let length = 0;
  try {
    const reader = new Blob([fromUrl(text)]).stream().pipeThrough(new DecompressionStream('deflate')).getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      length += value.length;
      if (length > most_bytes) {
        await reader.cancel();
        throw new Error('too long');
      }
      out.push(value);
    }
  } catch {
    throw new WalletFault('answer_unreadable', 'the list can’t be unpacked, or is longer than 16 MiB');
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of out) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
