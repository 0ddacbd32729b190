import { ed25519 } from '@noble/curves/ed25519.js';
import { utf8 } from '../record/bytes';
import { fromUrl, textFromUrl, textToUrl, toUrl } from './base64url';
import { need, WalletFault, type FaultCode } from './fault';
import { readObject, textsOf, type Json, type JsonObject } from './json';

/** Signed tokens (RFC 7515, 7518, 8037) with the two algorithms that this wallet knows: ES256, and EdDSA on Ed25519. */

export type Jwk = JsonObject;
export type Jws = { header: JsonObject; payload: JsonObject; signed: string; signature: Uint8Array<ArrayBuffer> };

const most_characters = 1024 * 1024;

/** Takes a compact token apart; nothing in it is believed yet. */
export function parseJws(text: string, code: FaultCode): Jws {
  const [header, payload, signature, ...more] = text.trim().split('.');
  need(header && payload && signature && more.length === 0 && text.length <= most_characters, code, 'it is not a signed token');
  try {
    return {
      header: readObject(textFromUrl(header), code, 'the header'),
      payload: readObject(textFromUrl(payload), code, 'the content'),
      signed: `${header}.${payload}`,
      signature: fromUrl(signature),
    };
  } catch (cause) {
    if (cause instanceof WalletFault) throw cause;
    throw new WalletFault(code, 'it is not base64url of UTF-8');
  }
}

/** The algorithm of the header must be the key's own: a key is good for one thing. */
export async function verify(jws: Jws, key: Jwk, code: FaultCode): Promise<void> {
  const { alg } = jws.header;
  need(!('crit' in jws.header), code, 'it has a critical header that this wallet does not know');
  need(key['alg'] === undefined || key['alg'] === alg, code, 'its key is for another algorithm');
  const signs = (key['use'] ?? 'sig') === 'sig' && (key['key_ops'] === undefined || textsOf(key['key_ops']).includes('verify'));
  need(signs, code, 'its key is not for signatures');
  const holds = alg === 'ES256' ? await holdsEs256(jws, key) : alg === 'EdDSA' || alg === 'Ed25519' ? holdsEd25519(jws, key) : undefined;
  need(holds !== undefined, 'algorithm_foreign', `${typeof alg === 'string' ? alg : 'none'} is not ES256 or EdDSA`);
  need(holds, code, 'its signature does not hold');
}

async function holdsEs256(jws: Jws, { kty, crv, x, y }: Jwk): Promise<boolean> {
  if (kty !== 'EC' || crv !== 'P-256' || typeof x !== 'string' || typeof y !== 'string' || jws.signature.length !== 64) return false;
  try {
    const key = await crypto.subtle.importKey('jwk', { kty, crv, x, y }, { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify']);
    return await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, jws.signature, new Uint8Array(utf8(jws.signed)));
  } catch {
    return false;
  }
}

function holdsEd25519(jws: Jws, { kty, crv, x }: Jwk): boolean {
  if (kty !== 'OKP' || crv !== 'Ed25519' || typeof x !== 'string') return false;
  try {
    return ed25519.verify(jws.signature, utf8(jws.signed), fromUrl(x), { zip215: false });
  } catch {
    return false;
  }
}

/** The key that a token names; a set of one needs no name. */
export function keyOf(keys: Jwk[], jws: Jws, code: FaultCode): Jwk {
  const { kid } = jws.header;
  const fitting = kid === undefined ? keys : keys.filter((key) => key['kid'] === kid);
  need(fitting.length === 1 && fitting[0], code, 'none of the published keys is the one that it names');
  return fitting[0];
}

/** Times of a token (RFC 7519), seconds; half a minute is allowed for a clock that is off. */
export function inTime(claims: JsonObject, now: number, bad: FaultCode, expired: FaultCode): void {
  const leeway = 30;
  for (const name of ['exp', 'nbf', 'iat']) {
    need(claims[name] === undefined || (typeof claims[name] === 'number' && Number.isFinite(claims[name])), bad, `${name} is not a time`);
  }
  need(typeof claims['exp'] !== 'number' || claims['exp'] > now - leeway, expired, 'exp is over');
  for (const name of ['nbf', 'iat']) {
    const at = claims[name];
    need(typeof at !== 'number' || at <= now + leeway, bad, `${name} is still to come`);
  }
}

export type Signer = { privateKey: CryptoKey; publicKey: CryptoKey };

/** A fresh P-256 key; its private half can't leave the browser. */
export const newSigner = (): Promise<Signer> =>
  crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);

/** The public half as a JWK with no more than the key itself. */
export async function publicJwk(key: CryptoKey): Promise<{ kty: string; crv: string; x: string; y: string }> {
  const { kty = '', crv = '', x = '', y = '' } = await crypto.subtle.exportKey('jwk', key);
  return { kty, crv, x, y };
}

/** RFC 7638 of a P-256 key. */
export async function thumbprint({ crv, kty, x, y }: JsonObject): Promise<string> {
  return sha256Url(JSON.stringify({ crv, kty, x, y } as Record<string, Json>));
}

export const sha256Url = async (text: string): Promise<string> =>
  toUrl(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(utf8(text)))));

export async function sign(key: CryptoKey, header: JsonObject, payload: JsonObject): Promise<string> {
  const signed = `${textToUrl(JSON.stringify({ ...header, alg: 'ES256' }))}.${textToUrl(JSON.stringify(payload))}`;
  const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new Uint8Array(utf8(signed)));
  return `${signed}.${toUrl(new Uint8Array(signature))}`;
}
