import { createDecoder, hasContent, readVarUint, readVarUint8Array, type Decoder } from 'lib0/decoding';
import { createEncoder, length, toUint8Array, writeVarUint, writeVarUint8Array, type Encoder } from 'lib0/encoding';
import { applyAwarenessUpdate, encodeAwarenessUpdate, type Awareness } from 'y-protocols/awareness';
import { readSyncMessage, writeSyncStep1, writeUpdate } from 'y-protocols/sync';
import type { Doc } from 'yjs';

/** Binary frames of a meeting's line: y-protocols v1 as y-websocket speaks them (docs/designs/meetings.md, "The socket"). */

const [SYNC, AWARENESS, QUERY_AWARENESS] = [0, 1, 3];
const [STEP_1, STEP_2] = [0, 1];

const framed = (kind: number, fill: (into: Encoder) => void): Uint8Array => {
  const encoder = createEncoder();
  writeVarUint(encoder, kind);
  fill(encoder);
  return toUint8Array(encoder);
};

/** "This is what I have": the hall answers with what I lack. */
export const hello = (doc: Doc): Uint8Array => framed(SYNC, (into) => writeSyncStep1(into, doc));
export const updateFrame = (update: Uint8Array): Uint8Array => framed(SYNC, (into) => writeUpdate(into, update));
export const awarenessFrame = (awareness: Awareness, clients: number[]): Uint8Array =>
  framed(AWARENESS, (into) => writeVarUint8Array(into, encodeAwarenessUpdate(awareness, clients)));

export type Heard = {
  /** What is to be sent back. */
  reply?: Uint8Array;
  /** The reply carries what I have and the hall may lack. */
  brings: boolean;
  /** The hall's answer to my hello was in it: now I have all. */
  synced: boolean;
};

/** Applies a frame of the hall; its changes come with `origin`. Throws on a frame that is none. */
export function hear(frame: Uint8Array, doc: Doc, awareness: Awareness, origin: unknown): Heard {
  const decoder: Decoder = createDecoder(frame);
  const kind = readVarUint(decoder);
  switch (kind) {
    case SYNC: {
      const encoder = createEncoder();
      writeVarUint(encoder, SYNC);
      const empty = length(encoder);
      const step = readSyncMessage(decoder, encoder, doc, origin);
      const reply = length(encoder) > empty ? toUint8Array(encoder) : undefined;
      return { ...(reply && { reply }), brings: step === STEP_1, synced: step === STEP_2 };
    }
    case AWARENESS:
      applyAwarenessUpdate(awareness, readVarUint8Array(decoder), origin);
      return { brings: false, synced: false };
    case QUERY_AWARENESS:
      return { reply: awarenessFrame(awareness, [awareness.clientID]), brings: false, synced: false };
    default:
      throw new Error(`a frame of kind ${kind}${hasContent(decoder) ? '' : ', empty'}`);
  }
}
