import { concat, equal, fromBase64, utf8 } from './bytes';
import { cosignature_v1, isKeyName, isSigned, note_signature, type VerifierKey } from './key';

/** Signed notes (c2sp.org/signed-note), checkpoints (tlog-checkpoint) and cosignatures (tlog-cosignature). */

export type Signature = { name: string; id: Uint8Array; bytes: Uint8Array };
export type Note = { text: string; signatures: Signature[] };
export type Checkpoint = { origin: string; size: bigint; root: Uint8Array; extensions: string[] };

const max_signatures = 64;
const marker = '— ';

export function parseNote(source: string): Note {
  if (/[\u0000-\u0009\u000b-\u001f]/.test(source)) throw new Error('a note has no control characters but newlines');
  if (!source.endsWith('\n')) throw new Error('a note ends with a newline');
  const split = source.lastIndexOf('\n\n');
  if (split < 0) throw new Error('a note has a blank line before its signatures');
  const lines = source.slice(split + 2, -1).split('\n');
  if (lines.length > max_signatures) throw new Error('too many signatures');
  return { text: source.slice(0, split + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): Signature {
  const [name, base64, ...rest] = line.slice(marker.length).split(' ');
  if (!line.startsWith(marker) || !name || !base64 || rest.length > 0 || !isKeyName(name)) {
    throw new Error('a signature line is "— name base64"');
  }
  const bytes = fromBase64(base64);
  if (bytes.length < 5) throw new Error('a signature is too short');
  return { name, id: bytes.slice(0, 4), bytes: bytes.slice(4) };
}

/** A whole number in ASCII without leading zeroes: the only spelling these formats accept. */
export function parseNumber(text: string | undefined): bigint {
  if (!text || !/^(0|[1-9][0-9]{0,18})$/.test(text)) throw new Error('not a plain decimal number');
  return BigInt(text);
}

export function parseCheckpoint(text: string): Checkpoint {
  if (!text.endsWith('\n')) throw new Error('a checkpoint ends with a newline');
  const [origin, size, root, ...extensions] = text.slice(0, -1).split('\n');
  if (!origin) throw new Error('a checkpoint names its origin');
  if (extensions.some((line) => line === '')) throw new Error('an extension line is not empty');
  const hash = fromBase64(root ?? '');
  if (hash.length !== 32) throw new Error('a root hash has 32 bytes');
  return { origin, size: parseNumber(size), root: hash, extensions };
}

export const belongsTo = (signature: Signature, key: VerifierKey): boolean => signature.name === key.name && equal(signature.id, key.id);

/** The log's own signature over the note text. */
export function isSignedByLog(note: Note, key: VerifierKey): boolean {
  if (key.type !== note_signature) return false;
  const own = note.signatures.filter((signature) => belongsTo(signature, key));
  return own.length > 0 && own.every((signature) => isSigned(key.key, utf8(note.text), signature.bytes));
}

export type Cosigned = { state: 'valid'; at: Date } | { state: 'invalid' } | { state: 'absent' };

/** What a witness says of this note: `timestamp ‖ Ed25519("cosignature/v1\ntime <timestamp>\n" ‖ note text)`. */
export function cosignedBy(note: Note, key: VerifierKey): Cosigned {
  const signature = note.signatures.find((each) => belongsTo(each, key));
  if (!signature) return { state: 'absent' };
  if (key.type !== cosignature_v1 || signature.bytes.length !== 72) return { state: 'invalid' };
  const bytes = signature.bytes;
  const time = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
  if (time >= 1n << 63n) return { state: 'invalid' };
  const message = concat(utf8(`cosignature/v1\ntime ${time}\n`), utf8(note.text));
  if (!isSigned(key.key, message, bytes.slice(8))) return { state: 'invalid' };
  return { state: 'valid', at: new Date(Number(time) * 1000) };
}
