import { expect, it } from 'vitest';
import { fromUrl64, isCancelled, isSupported, toUrl64 } from './passkey';

it('writes bytes in the alphabet of WebAuthn and reads them back', () => {
  const bytes = Uint8Array.from({ length: 67 }, (_, at) => (at * 37) % 256);
  const text = toUrl64(bytes.buffer);
  expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(new Uint8Array(fromUrl64(text))).toEqual(bytes);
});

it('tells a closed prompt from a failure', () => {
  expect(isCancelled(new DOMException('', 'NotAllowedError'))).toBe(true);
  expect(isCancelled(new DOMException('', 'SecurityError'))).toBe(false);
  expect(isCancelled(new Error('x'))).toBe(false);
});

it('knows when passkeys are not there', () => expect(isSupported()).toBe(false));
