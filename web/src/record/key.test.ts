import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fromHex } from './bytes';
import { isSigned, parseKey } from './key';
import { isSignedByLog, parseNote } from './note';
import { sharedFolder } from './vectors.testing';

type Case = { tcId: number; msg: string; sig: string; result: 'valid' | 'invalid' | 'acceptable' };
type Vectors = { testGroups: { publicKey: { pk: string }; tests: Case[] }[] };

const folder = sharedFolder('data/identity/wycheproof/testvectors_v1');

describe.skipIf(!folder)(`Wycheproof Ed25519${folder ? '' : ' (skipped: no folder shared/data/identity beside the project)'}`, () => {
  it('agrees on every case', () => {
    const vectors = JSON.parse(readFileSync(`${folder}/ed25519_test.json`, 'utf8')) as Vectors;
    const wrong = vectors.testGroups.flatMap((group) =>
      group.tests
        .filter((each) => isSigned(fromHex(group.publicKey.pk), fromHex(each.msg), fromHex(each.sig)) !== (each.result === 'valid'))
        .map((each) => each.tcId),
    );
    expect(wrong).toEqual([]);
    expect(vectors.testGroups.length).toBeGreaterThan(10);
  });
});

describe('verifier keys and notes', () => {
  const example = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
  const note =
    'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
  it('verifies the example of the specification', () => {
    expect(isSignedByLog(parseNote(note), parseKey(example))).toBe(true);
  });
  it('notices one changed letter', () => {
    expect(isSignedByLog(parseNote(note.replace('example', 'exbmple')), parseKey(example))).toBe(false);
  });
  it('refuses a key whose id is another', () => {
    expect(() => parseKey(example.replace('530d903a', '530d903b'))).toThrow('key id');
  });
  it('refuses a note with control characters or without an end', () => {
    expect(() => parseNote(note.replace('This', 'Th\u0007is'))).toThrow('control');
    expect(() => parseNote(note.slice(0, -1))).toThrow('newline');
  });
});
