import { expect, it, vi } from 'vitest';
import { begin, offered } from './offered';

it('offers what the device says it can, and nothing where it says nothing or fails', async () => {
  expect(await offered({ isSessionSupported: (kind) => Promise.resolve(kind !== 'immersive-ar') })).toEqual(['immersive-vr']);
  expect(await offered({ isSessionSupported: () => Promise.reject(new Error('no')) })).toEqual([]);
  expect(await offered(undefined)).toEqual([]);
});

it('asks for no joints of hands and no eyes', async () => {
  const requestSession = vi.fn(() => Promise.resolve({} as XRSession));
  await begin('immersive-vr', { requestSession });
  await begin('immersive-ar', { requestSession });
  expect(requestSession.mock.calls).toEqual([
    ['immersive-vr', { requiredFeatures: ['local-floor'] }],
    ['immersive-ar', { requiredFeatures: ['local-floor'], optionalFeatures: ['hit-test'] }],
  ]);
});
