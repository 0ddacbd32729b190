import { describe, expect, it } from 'vitest';
import { fromBase64, toHex } from './bytes';
import { isConsistent, isIncluded, leafHash, nodeHash, rootFromInclusion } from './merkle';
import { jsonFiles, sharedFolder } from './vectors.testing';

type Inclusion = {
  leafIdx: number;
  treeSize: number;
  root: string | null;
  leafHash: string | null;
  proof: string[] | null;
  wantErr: boolean;
};
type Consistency = { size1: number; size2: number; root1: string | null; root2: string | null; proof: string[] | null; wantErr: boolean };

const folder = sharedFolder('data/identity/merkle/testdata');
const bytes = (text: string | null): Uint8Array => fromBase64(text ?? '');
const why = folder ? '' : ' (skipped: no folder shared/data/identity beside the project)';

describe.skipIf(!folder)(`the published Merkle vectors${why}`, () => {
  it(`are there${why}`, () => expect(folder).not.toBeNull());
  for (const { name, vector } of folder ? jsonFiles(`${folder}/inclusion`) : []) {
    const given = vector as Inclusion;
    it(`inclusion ${name} is ${given.wantErr ? 'refused' : 'accepted'}`, () => {
      const path = (given.proof ?? []).map(bytes);
      const holds = isIncluded(BigInt(given.leafIdx), BigInt(given.treeSize), bytes(given.leafHash), path, bytes(given.root));
      expect(holds).toBe(!given.wantErr);
    });
  }
  for (const { name, vector } of folder ? jsonFiles(`${folder}/consistency`) : []) {
    const given = vector as Consistency;
    it(`consistency ${name} is ${given.wantErr ? 'refused' : 'accepted'}`, () => {
      const path = (given.proof ?? []).map(bytes);
      const holds = isConsistent(BigInt(given.size1), BigInt(given.size2), bytes(given.root1), bytes(given.root2), path);
      expect(holds).toBe(!given.wantErr);
    });
  }
});

describe('RFC 6962 hashing', () => {
  it('hashes the empty leaf as published', () => {
    expect(toHex(leafHash(new Uint8Array()))).toBe('6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d');
  });
  it('tells left from right', () => {
    const [a, b] = [leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))];
    expect(toHex(rootFromInclusion(1n, 2n, b, [a]) ?? new Uint8Array())).toBe(toHex(nodeHash(a, b)));
    expect(isIncluded(0n, 2n, b, [a], nodeHash(a, b))).toBe(false);
  });
});
