import { concat, utf8 } from '../record/bytes';
import { fromUrl, textToUrl, toUrl } from './base64url';
import { need } from './fault';
import { publicJwk, type Jwk } from './jose';
import { textOf, type JsonObject } from './json';

/** Answers that only the verifier can open (RFC 7516, 7518 §4.6): ECDH-ES on P-256, direct, with AES-GCM. */

const lengths = { A256GCM: 256, A128GCM: 128 } as const;
export type Content = keyof typeof lengths;

/** Of what the verifier reads, the strongest that we write; A128GCM is what the specification assumes where nothing is said. */
export function contentFor(supported: string[]): Content {
  if (supported.length === 0) return 'A128GCM';
  const found = (['A256GCM', 'A128GCM'] as const).find((each) => supported.includes(each));
  need(found, 'encryption_missing', 'the verifier reads neither A256GCM nor A128GCM');
  return found;
}

/** The key of the verifier's set to which an answer can be encrypted. */
export function encryptionKey(keys: Jwk[]): Jwk {
  const key = keys.find(
    (each) =>
      each['kty'] === 'EC' && each['crv'] === 'P-256' && (each['use'] ?? 'enc') === 'enc' && (each['alg'] ?? 'ECDH-ES') === 'ECDH-ES',
  );
  need(key, 'encryption_missing', 'the verifier gives no P-256 key for ECDH-ES');
  return key;
}

export async function encrypt(recipient: Jwk, enc: Content, plain: string): Promise<string> {
  const { kty, crv, x, y } = recipient;
  const curve = { name: 'ECDH', namedCurve: 'P-256' };
  const theirs = await crypto.subtle.importKey('jwk', { kty, crv, x, y } as JsonWebKey, curve, false, []).catch(() => undefined);
  need(theirs, 'encryption_missing', 'the verifier’s key is not a point of P-256');
  const ours = await crypto.subtle.generateKey(curve, false, ['deriveBits']);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: 'ECDH', public: theirs }, ours.privateKey, 256));
  const kid = textOf(recipient, 'kid');
  const header: JsonObject = { alg: 'ECDH-ES', enc, ...(kid ? { kid } : {}), epk: await publicJwk(ours.publicKey) };
  const protected_header = textToUrl(JSON.stringify(header));
  const key = await crypto.subtle.importKey('raw', await derive(shared, enc), 'AES-GCM', false, ['encrypt']);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = new Uint8Array(utf8(protected_header));
  const sealed = new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData }, key, new Uint8Array(utf8(plain))));
  const at = sealed.length - 16;
  return [protected_header, '', toUrl(iv), toUrl(sealed.slice(0, at)), toUrl(sealed.slice(at))].join('.');
}

/** Concat KDF (NIST SP 800-56A §5.8.2.1) with SHA-256; one round is enough for 256 bits. */
export async function derive(shared: Uint8Array, enc: Content, apu = '', apv = ''): Promise<Uint8Array<ArrayBuffer>> {
  const counted = (bytes: Uint8Array): Uint8Array => concat(u32(bytes.length), bytes);
  const info = concat(counted(utf8(enc)), counted(fromUrl(apu)), counted(fromUrl(apv)), u32(lengths[enc]));
  const hash = await crypto.subtle.digest('SHA-256', new Uint8Array(concat(u32(1), shared, info)));
  return new Uint8Array(hash).slice(0, lengths[enc] / 8);
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
