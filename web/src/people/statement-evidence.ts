import { p256, p384 } from '@noble/curves/nist.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, equal, fromHex, toHex, utf8 } from '../record/bytes';
import { decode, type Cbor } from '../record/cbor';
import { commitment } from '../record/commitment';
import { toUrl64 } from '../pages/people/passkey';
import { challengeOf } from './statement';

/**
 * Checks the evidence of a signature without the hall: the opening belongs to the act, and the passkey in it signed exactly this
 * statement on the hall's own page, its holder verified (Web Authentication Level 3, §7.2). Whose key it is, the evidence does not say.
 */
export type SignedStatement = { hall: string; method: string; path: string; body: string; actor: string; behalf: string; nonce: string };
export type StepId = 'opening' | 'statement' | 'challenge' | 'origin' | 'verified' | 'signature';
export type Step = { id: StepId; ok: boolean };
export type Verdict = { steps: Step[]; statement: SignedStatement | undefined; key: { alg: string; print: string } | undefined };

const user_present = 1;
const user_verified = 1 << 2;

type Opening = { field: string; salt: string; cbor: string };

/** Whether the leaf's commitment to a field is to this opening. */
export function isOpeningOf(opening: Opening, hash: string | undefined): boolean {
  try {
    return hash !== undefined && toHex(commitment(fromHex(opening.salt), opening.field, fromHex(opening.cbor))) === hash.toLowerCase();
  } catch {
    return false;
  }
}

export async function verifyEvidence(opening: Opening, hash: string | undefined): Promise<Verdict> {
  const steps: Step[] = [{ id: 'opening', ok: isOpeningOf(opening, hash) }];
  const parts = readEvidence(opening.cbor);
  steps.push({ id: 'statement', ok: parts !== undefined });
  if (!parts) return { steps, statement: undefined, key: undefined };
  const { statement, rp_id, authenticator_data, client_data, signature, key } = parts;
  const client = clientOf(client_data);
  const body = fromHex(statement.body);
  steps.push({
    id: 'challenge',
    ok: client?.['challenge'] === toUrl64(challengeOf({ ...statement, body }).buffer) && client['type'] === 'webauthn.get',
  });
  const host = new URL(statement.hall).hostname;
  steps.push({
    id: 'origin',
    ok:
      client?.['origin'] === statement.hall &&
      client['crossOrigin'] !== true &&
      (host === rp_id || host.endsWith(`.${rp_id}`)) &&
      equal(authenticator_data.subarray(0, 32), sha256(utf8(rp_id))),
  });
  const flags = authenticator_data[32] ?? 0;
  steps.push({ id: 'verified', ok: (flags & user_present) !== 0 && (flags & user_verified) !== 0 });
  const message = concat(authenticator_data, sha256(client_data));
  steps.push({ id: 'signature', ok: await isSignedBy(key, message, signature).catch(() => false) });
  return { steps, statement, key: { alg: text(key, 'alg'), print: printOf(key) } };
}

type Map_ = Map<string, Cbor>;
type Parts = {
  statement: SignedStatement;
  rp_id: string;
  authenticator_data: Uint8Array;
  client_data: Uint8Array;
  signature: Uint8Array;
  key: Map_;
};

function readEvidence(cbor: string): Parts | undefined {
  try {
    const all = map(decode(fromHex(cbor)));
    const told = map(all.get('statement'));
    if (told.get('v') !== 1 || told.size !== 8) return undefined;
    const statement = {
      ...{ hall: text(told, 'hall'), method: text(told, 'method'), path: text(told, 'path') },
      ...{ body: toHex(bytes(told, 'body')), actor: text(told, 'actor'), behalf: text(told, 'behalf'), nonce: text(told, 'nonce') },
    };
    new URL(statement.hall);
    return {
      statement,
      rp_id: text(all, 'rp_id'),
      authenticator_data: bytes(all, 'authenticator_data'),
      client_data: bytes(all, 'client_data'),
      signature: bytes(all, 'signature'),
      key: map(all.get('key')),
    };
  } catch {
    return undefined;
  }
}

function clientOf(json: Uint8Array): Record<string, unknown> | undefined {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

async function isSignedBy(key: Map_, message: Uint8Array, signature: Uint8Array): Promise<boolean> {
  const alg = text(key, 'alg');
  if (alg === 'RS256') {
    const url64 = (name: string): string => toUrl64(bytes(key, name).slice().buffer);
    const jwk = { kty: 'RSA', alg, ext: true, n: url64('n'), e: url64('e') };
    const kind = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    const imported = await crypto.subtle.importKey('jwk', jwk, kind, false, ['verify']);
    return crypto.subtle.verify(kind, imported, signature.slice(), message.slice());
  }
  const curve = alg === 'ES256' ? p256 : alg === 'ES384' ? p384 : undefined;
  if (!curve) return false;
  // Uncompressed point (SEC 1, §2.3.3). Authenticators don't normalise S, so a high one is as good.
  const point = concat(Uint8Array.of(4), bytes(key, 'x'), bytes(key, 'y'));
  return curve.verify(signature, message, point, { format: 'der', lowS: false });
}

/** A short print of a public key, by which one passkey is told from another. */
function printOf(key: Map_): string {
  const parts = ['x', 'y', 'n', 'e'].flatMap((name) => (key.has(name) ? [bytes(key, name)] : []));
  return toHex(sha256(concat(...parts))).slice(0, 16);
}

function map(value: Cbor | undefined): Map_ {
  if (!(value instanceof Map)) throw new Error('a map was expected');
  return value;
}
function text(from: Map_, name: string): string {
  const value = from.get(name);
  if (typeof value !== 'string') throw new Error(`${name} is text`);
  return value;
}
function bytes(from: Map_, name: string): Uint8Array {
  const value = from.get(name);
  if (!(value instanceof Uint8Array)) throw new Error(`${name} is bytes`);
  return value;
}
