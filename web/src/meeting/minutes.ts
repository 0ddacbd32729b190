import { sha256 } from '@noble/hashes/sha2.js';
import type { Act, Log } from '../api/types';
import { toHex } from '../record/bytes';
import { verifyAct, type Verdict } from '../record/verify';

export type Checked = {
  /** SHA-256 of the minutes as they came, hexadecimal. */
  own: string;
  /** What the act of closing says it is. */
  said: string | null;
  agrees: boolean;
  /** Whether the act stands in the witnessed log. */
  act: Verdict;
};

/** The minutes by their bytes against the act that fixed them, and the act against the log. Asks nobody. */
export function checkMinutes(bytes: Uint8Array, act: Act, proof: string, log: Log): Checked {
  const own = toHex(sha256(bytes));
  const verdict = verifyAct(act, proof, log);
  // what the page says of an act is checked against its leaf by the verifier ("fields")
  const given = act.public['minutes_sha256'];
  const said = typeof given === 'string' ? given : null;
  return { own, said, agrees: own === said, act: verdict };
}
