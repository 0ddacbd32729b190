import { fromBase64 } from './bytes';
import { parseCheckpoint, parseNote, parseNumber, type Checkpoint, type Note } from './note';

/** `c2sp.org/tlog-proof@v1`: the place of an entry, its audit path and a cosigned checkpoint in one text file. */

export type Proof = { extra: Uint8Array | null; index: bigint; path: Uint8Array[]; note: Note; checkpoint: Checkpoint };

const header = 'c2sp.org/tlog-proof@v1';
const max_path = 63;

export function parseProof(source: string): Proof {
  const split = source.indexOf('\n\n');
  if (split < 0) throw new Error('a proof has a blank line before its checkpoint');
  const lines = source.slice(0, split).split('\n');
  if (lines.shift() !== header) throw new Error(`a proof begins with ${header}`);
  const extra = lines[0]?.startsWith('extra ') ? fromBase64((lines.shift() ?? '').slice('extra '.length)) : null;
  const index_line = lines.shift() ?? '';
  if (!index_line.startsWith('index ')) throw new Error('a proof names the index of its entry');
  if (lines.length > max_path) throw new Error('the path is longer than any tree is high');
  const path = lines.map((line) => fromBase64(line));
  if (path.some((hash) => hash.length !== 32)) throw new Error('each hash of a path has 32 bytes');
  const note = parseNote(source.slice(split + 2));
  return {
    extra,
    index: parseNumber(index_line.slice('index '.length)),
    path,
    note,
    checkpoint: parseCheckpoint(note.text),
  };
}
