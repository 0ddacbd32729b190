import { createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { sha256 } from '@noble/hashes/sha2.js';
import { concat, fromHex, toHex, utf8 } from '../record/bytes';
import { commitment } from '../record/commitment';
import { toUrl64 } from '../pages/people/passkey';
import { challenge } from './statement';
import { isOpeningOf, verifyEvidence, type StepId } from './statement-evidence';

// The signer is Node's OpenSSL, not the code under test; the CBOR is written here by hand.
type Item = string | number | Uint8Array | { [key: string]: Item };
function head(major: number, count: number): Uint8Array {
  if (count < 24) return Uint8Array.of((major << 5) | count);
  return count < 256 ? Uint8Array.of((major << 5) | 24, count) : Uint8Array.of((major << 5) | 25, count >> 8, count & 255);
}
function cbor(item: Item): Uint8Array {
  if (typeof item === 'number') return head(0, item);
  if (typeof item === 'string') return concat(head(3, utf8(item).length), utf8(item));
  if (item instanceof Uint8Array) return concat(head(2, item.length), item);
  const keys = Object.keys(item).sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
  return concat(head(5, keys.length), ...keys.flatMap((key) => [cbor(key), cbor(item[key] ?? '')]));
}

const said = { hall: 'https://hall.example', method: 'POST', path: '/api/v1/mandates', body: '{"form":"x"}', actor: 'persona_1', behalf: '', nonce: 'nonce_1' };
type Jwk = { x: string; y: string; n: string; e: string };
const fromUrl = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'base64url'));

function keyOf(alg: string, key: KeyObject): Item {
  const jwk = key.export({ format: 'jwk' }) as Jwk;
  return alg === 'RS256' ? { alg, n: fromUrl(jwk.n), e: fromUrl(jwk.e) } : { alg, x: fromUrl(jwk.x), y: fromUrl(jwk.y) };
}
function evidence(alg: 'ES256' | 'ES384' | 'RS256', change: Partial<Record<string, unknown>> = {}): { field: string; salt: string; cbor: string } {
  const pair =
    alg === 'RS256'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: alg === 'ES256' ? 'P-256' : 'P-384' });
  const rp_id = (change['rp_id'] as string | undefined) ?? 'hall.example';
  const client_data = utf8(
    JSON.stringify({
      type: change['type'] ?? 'webauthn.get',
      challenge: toUrl64(challenge({ ...said, ...(change['signed'] as object) }).buffer),
      origin: change['origin'] ?? said.hall,
      crossOrigin: change['crossOrigin'] ?? false,
    }),
  );
  const authenticator_data = concat(sha256(utf8(rp_id)), Uint8Array.of((change['flags'] as number | undefined) ?? 5, 0, 0, 0, 1));
  const signed = concat(authenticator_data, sha256(client_data));
  const signature = new Uint8Array(createSign(alg === 'ES384' ? 'sha384' : 'sha256').update(signed).sign(pair.privateKey));
  if (change['broken']) signature[signature.length - 1] = (signature.at(-1) ?? 0) ^ 1;
  const statement = { v: 1, ...said, body: sha256(utf8(said.body)) };
  const bytes = cbor({ statement, rp_id, authenticator_data, client_data, signature, key: keyOf(alg, pair.publicKey) });
  return { field: 'signature', salt: toHex(new Uint8Array(32).fill(7)), cbor: toHex(bytes) };
}
const leafHash = (opening: { field: string; salt: string; cbor: string }): string =>
  toHex(commitment(fromHex(opening.salt), opening.field, fromHex(opening.cbor)));
async function failed(opening: { field: string; salt: string; cbor: string }, hash = leafHash(opening)): Promise<StepId[]> {
  return (await verifyEvidence(opening, hash)).steps.filter((step) => !step.ok).map((step) => step.id);
}

test.each(['ES256', 'ES384', 'RS256'] as const)('what a passkey of kind %s signed holds', async (alg) => {
  const opening = evidence(alg);
  const verdict = await verifyEvidence(opening, leafHash(opening));
  expect(verdict.steps).toEqual(['opening', 'statement', 'challenge', 'origin', 'verified', 'signature'].map((id) => ({ id, ok: true })));
  expect(verdict.statement).toMatchObject({ method: 'POST', path: '/api/v1/mandates', actor: 'persona_1' });
  expect(verdict.key?.alg).toBe(alg);
});

test.each([
  ['another statement', { signed: { path: '/api/v1/other' } }, ['challenge']],
  ['another kind of ceremony', { type: 'webauthn.create' }, ['challenge']],
  ['another origin', { origin: 'https://evil.example' }, ['origin']],
  ['a page within another page', { crossOrigin: true }, ['origin']],
  ['another relying party', { rp_id: 'evil.example' }, ['origin']],
  ['a name that only ends alike', { rp_id: 'all.example' }, ['origin']],
  ['a holder who was not verified', { flags: 1 }, ['verified']],
  ['nobody present', { flags: 4 }, ['verified']],
  ['a broken signature', { broken: true }, ['signature']],
] as const)('a signature over %s proves nothing', async (_, change, steps) => {
  expect(await failed(evidence('ES256', change))).toEqual(steps);
});

test('an opening of another act is told', async () => {
  const opening = evidence('ES256');
  expect(await failed(opening, leafHash({ ...opening, field: 'note' }))).toEqual(['opening']);
  expect((await verifyEvidence(opening, undefined)).steps[0]).toEqual({ id: 'opening', ok: false });
  expect(isOpeningOf({ ...opening, salt: 'zz' }, leafHash(opening))).toBe(false);
});

test('each bit of the evidence matters', async () => {
  const opening = evidence('ES256');
  const hash = leafHash(opening);
  for (let at = 0; at < opening.cbor.length / 2; at += 7) {
    const bytes = fromHex(opening.cbor);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    expect((await failed({ ...opening, cbor: toHex(bytes) }, hash)).length, `byte ${at}`).toBeGreaterThan(0);
  }
});

test('what is no evidence is told so', async () => {
  for (const cbor of ['', 'f6', 'a0', 'zz']) expect(await failed({ field: 'signature', salt: '00'.repeat(32), cbor }, 'x')).toEqual(['opening', 'statement']);
});
