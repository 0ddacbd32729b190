import { ed25519 } from '@noble/curves/ed25519.js';
import type { Act, Log } from '../api/types';
import { concat, fromHex, toBase64, toHex, utf8 } from './bytes';
import { commitment } from './commitment';
import { keyId } from './key';
import { leafHash, nodeHash } from './merkle';

/** A tiny log of three acts, signed and witnessed with keys made from small seeds. Used by tests only. */

const secret = (seed: number): Uint8Array => new Uint8Array(32).fill(seed);
const publicKey = (seed: number): Uint8Array => ed25519.getPublicKey(secret(seed));

export function keyText(name: string, type: number, seed: number): string {
  const key = publicKey(seed);
  return `${name}+${toHex(keyId(name, type, key))}+${toBase64(concat(Uint8Array.of(type), key))}`;
}

function signature(name: string, type: number, seed: number, message: Uint8Array, before = new Uint8Array()): string {
  const id = keyId(name, type, publicKey(seed));
  return `— ${name} ${toBase64(concat(id, before, ed25519.sign(message, secret(seed))))}\n`;
}

function cosignature(name: string, seed: number, text: string, time: number): string {
  const stamp = new Uint8Array(8);
  new DataView(stamp.buffer).setBigUint64(0, BigInt(time));
  return signature(name, 4, seed, utf8(`cosignature/v1\ntime ${time}\n${text}`), stamp);
}

/** {"v":1,"at":1000000,"id":"act_1","kind":"run.fire","refs":["run:r1"],"actor":"system:x","state":[],"commit":{"note":…},"public":{"n":1},"authority":"law"} */
function leafBytes(commit: Uint8Array): Uint8Array {
  const text = (value: string): Uint8Array => concat(Uint8Array.of(0x60 + value.length), utf8(value));
  const bytes32 = concat(fromHex('5820'), commit);
  return concat(
    Uint8Array.of(0xaa),
    text('v'),
    Uint8Array.of(1),
    text('at'),
    fromHex('1a000f4240'),
    text('id'),
    text('act_1'),
    text('kind'),
    text('run.fire'),
    text('refs'),
    Uint8Array.of(0x81),
    text('run:r1'),
    text('actor'),
    text('system:x'),
    text('state'),
    Uint8Array.of(0x80),
    text('commit'),
    Uint8Array.of(0xa1),
    text('note'),
    bytes32,
    text('public'),
    Uint8Array.of(0xa1),
    text('n'),
    Uint8Array.of(1),
    text('authority'),
    text('law'),
  );
}

export function sealedAct(): { act: Act; log: Log; proof: string } {
  const salt = secret(7);
  const cbor = fromHex('6568656c6c6f'); // "hello"
  const hash = commitment(salt, 'note', cbor);
  const leaf = leafBytes(hash);
  const others = [leafHash(utf8('a')), leafHash(utf8('b'))] as const;
  const root = nodeHash(nodeHash(others[0], leafHash(leaf)), others[1]);
  const text = `hall.example\n3\n${toBase64(root)}\n`;
  const signed =
    signature('hall.example', 1, 9, utf8(text)) +
    cosignature('w1.example', 1, text, 1_700_000_000) +
    cosignature('w2.example', 2, text, 1_700_000_001);
  const proof = `c2sp.org/tlog-proof@v1\nindex 1\n${toBase64(others[0])}\n${toBase64(others[1])}\n\n${text}\n${signed}`;
  const policy = [
    `log ${keyText('hall.example', 1, 9)}`,
    ...[1, 2, 3].map((seed) => `witness w${seed} ${keyText(`w${seed}.example`, 4, seed)}`),
    'group q 2 w1 w2 w3',
    'quorum q',
  ].join('\n');
  const act: Act = {
    id: 'act_1',
    index: 1,
    kind: 'run.fire',
    kind_title: { th: 'มาตรการทำงาน', en: 'A measure fired' },
    office: null,
    actor: 'system:x',
    authority: 'law',
    authority_title: { th: 'law', en: 'law' },
    at: '1970-01-01T00:00:01Z',
    about: ['run:r1'],
    references: [{ id: 'run:r1', kind: 'other', title: null }],
    leaf: toBase64(leaf),
    leaf_hash: toHex(leafHash(leaf)),
    public: { n: 1 },
    commitments: [{ field: 'note', hash: toHex(hash) }],
    openings: [{ field: 'note', salt: toHex(salt), cbor: toBase64(cbor), value: 'hello' }],
    sealed: [],
    state: [],
    on_behalf_of: null,
    policy: null,
    traceparent: null,
    proof_state: 'witnessed',
  };
  const witnesses = [1, 2, 3].map((seed) => ({ name: `w${seed}`, key: '', is_own: seed === 1, last_cosigned_at: null, last_size: null }));
  const log: Log = {
    origin: 'hall.example',
    log_key: keyText('hall.example', 1, 9),
    size: 3,
    published_size: 3,
    published_at: null,
    checkpoint: null,
    policy,
    witnesses,
  };
  return { act, log, proof };
}
