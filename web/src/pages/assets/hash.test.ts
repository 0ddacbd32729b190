import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { hashOf, typeOf } from './hash';

it('the hash of a file is that of its bytes, in however many pieces they come', async () => {
  for (const size of [0, 1, 100_000, 3_000_001]) {
    const bytes = Uint8Array.from({ length: size }, (_, at) => (at * 31) & 255);
    expect(await hashOf(new Blob([bytes])), String(size)).toBe(createHash('sha256').update(bytes).digest('hex'));
  }
});

it('a model is known by its name where the browser knows no type', () => {
  expect(typeOf(new File([], 'Wat.GLB'))).toBe('model/gltf-binary');
  expect(typeOf(new File([], 'a.png', { type: 'image/png' }))).toBe('image/png');
  expect(typeOf(new File([], 'no-ending'))).toBe('application/octet-stream');
});
