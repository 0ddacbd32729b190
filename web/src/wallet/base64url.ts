import { fromBase64, toBase64, utf8 } from '../record/bytes';

/** RFC 4648 §5 without padding, one spelling for each value. */
export const toUrl = (bytes: Uint8Array): string => toBase64(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');

export const textToUrl = (text: string): string => toUrl(utf8(text));

export function fromUrl(text: string): Uint8Array<ArrayBuffer> {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error('not base64url');
  const plain = text.replace(/-/g, '+').replace(/_/g, '/');
  return new Uint8Array(fromBase64(plain.padEnd(Math.ceil(plain.length / 4) * 4, '=')));
}

export const textFromUrl = (text: string): string => new TextDecoder('utf-8', { fatal: true }).decode(fromUrl(text));

/** So many random bytes as text: 16 for names that nobody may guess, 32 for secrets. */
export const random = (bytes: number): string => toUrl(crypto.getRandomValues(new Uint8Array(bytes)));
