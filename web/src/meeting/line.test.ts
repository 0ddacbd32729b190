import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDecoder, readVarUint } from 'lib0/decoding';
import { createEncoder, toUint8Array, writeVarUint } from 'lib0/encoding';
import { Awareness } from 'y-protocols/awareness';
import { readSyncMessage, writeSyncStep1 } from 'y-protocols/sync';
import { Doc, type Text } from 'yjs';
import { addClause, readClauses } from './draft';
import { awarenessFrame, hear, updateFrame } from './frames';
import { MeetingLine } from './line.svelte';
import type { Meeting } from './types';

/** The hall's side: a document, and the sockets that came to it. */
class Hall {
  doc = new Doc();
  is_up = true;
  lines: Socket[] = [];
  /** Asks those who may write what it lacks. */
  asks = true;
  received: string[] = [];
}
let hall = new Hall();

class Socket {
  static readonly OPEN = 1;
  binaryType = '';
  readyState = 0;
  taken = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    setTimeout(() => (hall.is_up ? this.#open() : this.close()), 5);
  }
  #open(): void {
    this.readyState = 1;
    hall.lines.push(this);
    this.onopen?.();
    if (!this.url.includes('ticket=') || !hall.asks) return;
    const encoder = createEncoder();
    writeVarUint(encoder, 0);
    writeSyncStep1(encoder, hall.doc);
    this.tell(toUint8Array(encoder));
  }
  send(frame: Uint8Array): void {
    if (this.readyState !== 1) throw new Error('not open');
    const decoder = createDecoder(frame);
    const kind = readVarUint(decoder);
    hall.received.push(String(kind));
    if (kind !== 0) return;
    const encoder = createEncoder();
    writeVarUint(encoder, 0);
    const step = readSyncMessage(decoder, encoder, hall.doc, this);
    if (step === 0) this.tell(toUint8Array(encoder));
    else this.taken += 1;
  }
  tell(data: Uint8Array | object): void {
    const sent = data instanceof Uint8Array ? data.slice().buffer : JSON.stringify(data);
    setTimeout(() => this.readyState === 1 && this.onmessage?.({ data: sent }), 1);
  }
  saved(version: number, taken = this.taken): void {
    this.tell({ kind: 'saved', version, taken });
  }
  close(): void {
    if (this.readyState === 3) return;
    this.readyState = 3;
    setTimeout(() => this.onclose?.(), 0);
  }
}

const wait = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const open: MeetingLine[] = [];
async function line(takes_part = true): Promise<MeetingLine> {
  const made = new MeetingLine('meeting_1', takes_part);
  open.push(made);
  made.open();
  await wait(50);
  return made;
}
const last = (): Socket => hall.lines.at(-1) as Socket;
const first = (doc: Doc): Text | undefined => readClauses(doc)[0]?.text;

beforeEach(() => {
  hall = new Hall();
  addClause(hall.doc, 0);
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Socket);
  vi.stubGlobal('fetch', async () => {
    if (!hall.is_up) throw new TypeError('no line');
    return new Response(JSON.stringify({ ticket: 'ticket_1', expires_at: '2026-11-23T03:00:00Z' }), { headers: { 'content-type': 'application/json' } });
  });
});
afterEach(() => {
  for (const each of open.splice(0)) each.close();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('the line of a meeting', () => {
  it('brings the draft as it stands, and says nothing of saving when nothing is to be saved', async () => {
    first(hall.doc)?.insert(0, 'as it stands');
    const mine = await line();
    expect(mine.phase).toBe('open');
    expect(mine.synced).toBe(true);
    expect(first(mine.doc)?.toString()).toBe('as it stands');
    expect(mine.saved).toBe('saved');
  });
  it('says "saved" only when the hall has said it of my last change', async () => {
    const mine = await line();
    first(mine.doc)?.insert(0, 'one ');
    expect(mine.saved).toBe('saving');
    const before = last().taken;
    first(mine.doc)?.insert(0, 'two ');
    last().saved(7, before);
    await wait(10);
    expect(mine.saved).toBe('saving');
    last().saved(8);
    await wait(10);
    expect([mine.saved, mine.version]).toEqual(['saved', 8]);
    expect(first(hall.doc)?.toString()).toBe('two one ');
  });
  it('keeps what is typed while the hall is away, says so, and brings it when the hall is back', async () => {
    const mine = await line();
    hall.is_up = false;
    last().close();
    await wait(10);
    expect(mine.phase).toBe('lost');
    first(mine.doc)?.insert(0, 'typed alone');
    expect(mine.saved).toBe('here');
    await wait(20_000);
    expect(mine.saved).toBe('here');
    expect(first(hall.doc)?.toString()).toBe('');
    hall.is_up = true;
    await wait(4000);
    expect(mine.phase).toBe('open');
    expect(first(hall.doc)?.toString()).toBe('typed alone');
    expect(mine.saved).toBe('saving');
    last().saved(3);
    await wait(10);
    expect(mine.saved).toBe('saved');
  });
  it('knows until when it is muted, keeps what is its own at home, and brings it when the hall asks again', async () => {
    hall.asks = false;
    const mine = await line();
    hall.lines[0]?.tell({ kind: 'muted', until: '2026-11-23T12:00:00Z' });
    await wait(10);
    expect(mine.muted_until).toBe('2026-11-23T12:00:00Z');
    hall.lines[0]?.close();
    hall.asks = true;
    await wait(5000);
    expect(mine.muted_until).toBe(null);
    hall.lines.at(-1)?.tell({ kind: 'muted', until: '2026-11-23T12:00:00Z' });
    hall.lines.at(-1)?.tell({ kind: 'muted' });
    await wait(10);
    expect([mine.muted_until, mine.phase]).toEqual([null, 'open']);
  });
  it('gives back to a hall what it lost before it had saved it', async () => {
    const mine = await line();
    first(mine.doc)?.insert(0, 'not yet saved');
    const kept = new Doc();
    addClause(kept, 0);
    // killed: the hall has its document of before
    hall.doc = kept;
    last().close();
    await wait(5000);
    expect(readClauses(hall.doc).some(({ body }) => body === 'not yet saved')).toBe(true);
    expect(mine.saved).toBe('saving');
  });
  it('is back within four seconds however long the hall was away, and tells it', async () => {
    const mine = await line();
    let back = 0;
    mine.onback = () => (back += 1);
    hall.is_up = false;
    last().close();
    await wait(120_000);
    hall.is_up = true;
    await wait(3100);
    expect([mine.phase, back]).toEqual(['open', 1]);
  });
  it('brings changes of someone who may write only later', async () => {
    hall.asks = false;
    const mine = await line();
    first(mine.doc)?.insert(0, 'now I may');
    expect(first(hall.doc)?.toString()).toBe('now I may');
    last().saved(1);
    await wait(10);
    expect(mine.saved).toBe('saved');
  });
  it('of a visitor asks for no ticket and sends nothing but its hello', async () => {
    const mine = await line(false);
    expect(last().url).not.toContain('ticket=');
    mine.at({ persona: 'p', name: 'n' });
    await wait(100);
    expect(mine.synced).toBe(true);
    expect(hall.received).toEqual(['0']);
  });
  it('is refused for good by a bye, keeps the text on the page, and begins anew when asked', async () => {
    const mine = await line();
    first(mine.doc)?.insert(0, 'too much');
    last().tell({ kind: 'bye', problem: { status: 422, code: 'draft_refused', title: 'No', detail: 'Too long.' } });
    await wait(10_000);
    expect(mine.phase).toBe('refused');
    expect(mine.problem?.code).toBe('draft_refused');
    expect(first(mine.doc)?.toString()).toBe('too much');
    hall.doc = new Doc();
    addClause(hall.doc, 0);
    mine.startAnew();
    await wait(100);
    expect([mine.phase, mine.problem, first(mine.doc)?.toString(), mine.saved]).toEqual(['open', null, '', 'saved']);
  });
  it('shows who writes where, until they are gone', async () => {
    const mine = await line();
    const theirs = new Awareness(new Doc());
    theirs.setLocalState({ persona: 'persona_2', name: 'Nok', clause: 'clause_1' });
    last().tell(awarenessFrame(theirs, [theirs.clientID]));
    await wait(10);
    expect(mine.peers).toEqual([{ client: theirs.clientID, persona: 'persona_2', name: 'Nok', clause: 'clause_1' }]);
    theirs.setLocalState(null);
    last().tell(awarenessFrame(theirs, [theirs.clientID]));
    await wait(10);
    expect(mine.peers).toEqual([]);
    theirs.destroy();
  });
  it('takes the meeting from its frames, and keeps the clauses that they leave out', async () => {
    const mine = await line();
    const meeting = { id: 'meeting_1', draft: { version: 1, clauses: [{ id: 'a', heading: '', text: '' }] }, now: new Date(Date.now() + 5000).toISOString() } as Meeting;
    mine.heard(meeting);
    last().tell({ kind: 'meeting', meeting: { ...meeting, draft: { version: 2 } } });
    await wait(10);
    expect(mine.meeting?.draft).toEqual({ version: 2, clauses: [{ id: 'a', heading: '', text: '' }] });
    expect(Math.abs(mine.ahead_ms - 5000)).toBeLessThan(100);
  });
  it('left before all was saved, it stays until it is', async () => {
    const mine = MeetingLine.to('meeting_1', true);
    mine.open();
    await wait(50);
    first(mine.doc)?.insert(0, 'in haste');
    mine.leave();
    expect(mine.phase).toBe('open');
    last().saved(2);
    await wait(10);
    expect(mine.phase).toBe('off');
    expect(first(hall.doc)?.toString()).toBe('in haste');
  });
});

describe('frames', () => {
  it('that are none are told apart', () => {
    const doc = new Doc();
    const awareness = new Awareness(doc);
    expect(() => hear(Uint8Array.of(9, 0), doc, awareness, null)).toThrow();
    expect(() => hear(new Uint8Array(), doc, awareness, null)).toThrow();
    expect(hear(updateFrame(Uint8Array.of(0, 0)), doc, awareness, null)).toEqual({ brings: false, synced: false });
    awareness.destroy();
  });
});
