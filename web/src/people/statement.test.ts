import { expect, test } from 'vitest';
import { toHex } from '../record/bytes';
import { challenge } from './statement';

const one = {
  hall: 'https://hall.example:8443',
  method: 'POST',
  path: '/api/v1/runs/run_1/answer',
  body: '{}',
  actor: 'officer_1',
  behalf: '',
  nonce: 'nonce_1',
};

test('the challenge is the one that the hall computes', () => {
  // rooms/people/src/statement.rs has the same figure.
  expect(toHex(challenge(one))).toBe('97bc9b1034b1c90ef804f525d2490961da643e2832313171a984cd06a3d9dc2a');
});

test('each part changes the challenge', () => {
  for (const key of Object.keys(one)) {
    expect(toHex(challenge({ ...one, [key]: 'x'.repeat(300) })), key).not.toBe(toHex(challenge(one)));
  }
});
