import { expect, it } from 'vitest';
import { clockFace } from './remaining';

it.each([
  [3_600_000, '1:00:00'],
  [3_599_000, '59:59'],
  [61_200, '1:02'],
  [1, '0:01'],
  [0, '0:00'],
])('%i ms are %s', (left, face) => expect(clockFace(left)).toBe(face));
