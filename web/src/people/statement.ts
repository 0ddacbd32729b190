import { sha256 } from '@noble/hashes/sha2.js';
import { concat, utf8 } from '../record/bytes';

/**
 * What a person signs with a passkey: which hall is asked to do what, by whom. The challenge is
 * SHA-256("sala/statement/v1" ‖ deterministic CBOR), as rooms/people/src/statement.rs computes it from the request that came.
 */
export type Statement = {
  hall: string;
  method: string;
  /** Path and query, as sent. */
  path: string;
  /** As sent; empty when there is none. */
  body: string;
  /** Public handle of the sender. */
  actor: string;
  /** Id of the mandate under which it is asked for another; empty when for oneself. */
  behalf: string;
  nonce: string;
};

const domain = utf8('sala/statement/v1');

export const challenge = (statement: Statement): Uint8Array<ArrayBuffer> =>
  challengeOf({ ...statement, body: sha256(utf8(statement.body)) });

/** The same from the body's SHA-256, which is all that a statement keeps of it. */
export function challengeOf(statement: Omit<Statement, 'body'> & { body: Uint8Array }): Uint8Array<ArrayBuffer> {
  const { hall, method, path, body, actor, behalf, nonce } = statement;
  const fields: Record<string, string | Uint8Array | 1> = { v: 1, hall, method, path, body, actor, behalf, nonce };
  // RFC 8949 §4.2.1: shorter keys first, then bytewise.
  const keys = Object.keys(fields).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const pairs = keys.flatMap((key) => [item(key), item(fields[key] ?? '')]);
  return new Uint8Array(sha256(concat(domain, head(5, keys.length), ...pairs)));
}

function item(value: string | Uint8Array | number): Uint8Array {
  if (typeof value === 'number') return head(0, value);
  const bytes = typeof value === 'string' ? utf8(value) : value;
  return concat(head(typeof value === 'string' ? 3 : 2, bytes.length), bytes);
}

/** Major type and count in the shortest form. */
function head(major: number, count: number): Uint8Array {
  const first = major << 5;
  if (count < 24) return Uint8Array.of(first | count);
  if (count < 256) return Uint8Array.of(first | 24, count);
  if (count < 65536) return Uint8Array.of(first | 25, count >> 8, count & 255);
  throw new Error('a statement is short');
}
