import { Awareness, removeAwarenessStates } from 'y-protocols/awareness';
import { Doc, type UndoManager } from 'yjs';
import { address, post, segment } from '../api/client';
import { ProblemError, problemFrom } from '../api/problem';
import { undoOf } from './draft';
import { awarenessFrame, hear, hello, updateFrame } from './frames';
import type { Meeting, Poll, Who, Word } from './types';

export type Phase = 'off' | 'connecting' | 'open' | 'lost' | 'refused';
/** `here`: kept on this device only, for want of a line. */
export type Saved = 'saved' | 'saving' | 'here';
/** `who` as the hall vouches for it; what a client says of itself counts only where the hall says nothing. */
export type Peer = { client: number; persona: string; name: string; who?: Who; clause?: string; note?: string };
type Problem = Partial<{ status: number; code: string; title: string; detail: string; act: string }>;
type Told =
  | { kind: 'meeting'; meeting: Meeting }
  | ({ kind: 'said' } & Word)
  | ({ kind: 'poll' } & Pick<Poll, 'id' | 'bins' | 'count' | 'mean'>)
  | { kind: 'saved'; version: number; taken?: number | null }
  | { kind: 'muted'; until?: string | null }
  | { kind: 'notice' | 'bye'; problem: Problem };

/** Nobody waits longer than this for the next try: a hall that stands again has its meeting back within seconds. */
const WAITS_MS = [250, 500, 1000, 2000, 3000];
/** Who sent something and hears nothing that long has a dead line; who sent nothing hears of the hall every 15 s. */
const DEAD_MS = 10_000;
const SILENT_MS = 40_000;
const SAID_KEPT = 200;
/** Lines of pages that were left before all was saved. */
const waiting = new Map<string, MeetingLine>();

const told = (problem: Problem | undefined): ProblemError => new ProblemError({ ...problem, status: problem?.status ?? 0, code: problem?.code ?? 'unreadable_reply' });
const isPassing = ({ status }: ProblemError): boolean => [0, 429, 502, 503, 504].includes(status);

/**
 * My line to one meeting: its document, its draft and who writes, what is said. The draft is whole here too: what is typed while the hall is
 * away stays, and goes to it when it is back. Visitors (`takes_part` false) read along.
 */
export class MeetingLine {
  phase = $state<Phase>('off');
  meeting = $state.raw<Meeting | null>(null);
  /** The draft has been heard whole at least once. */
  synced = $state(false);
  version = $state<number | null>(null);
  saved = $state<Saved>('saved');
  said = $state.raw<Word[]>([]);
  peers = $state.raw<Peer[]>([]);
  problem = $state.raw<ProblemError | null>(null);
  notice = $state.raw<ProblemError | null>(null);
  /** Until when I read, stand and dissent, and write nothing to others; null: I write. */
  muted_until = $state<string | null>(null);
  /** By how much the hall's clock is ahead of this one, ms. */
  ahead_ms = $state(0);

  readonly id: string;
  readonly takes_part: boolean;
  /** Another one after `startAnew`. */
  shared = $state.raw<{ doc: Doc; undo: UndoManager }>(undefined as never);
  awareness: Awareness;
  /** Called each time the line stands again after it was lost. */
  onback: (() => void) | null = null;

  #socket: WebSocket | null = null;
  #turn = 0;
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watch: ReturnType<typeof setInterval> | undefined;
  #was_open = false;
  /** Frames with an update on this connection: sent, and the last that holds something of mine. */
  #sent = 0;
  #last_mine = 0;
  #sent_at: number | null = null;
  #heard_at = 0;
  /** The hall has all that is mine, or was just told: from then on it gets each change as it comes. */
  #even = false;
  #me: Omit<Peer, 'client'> | null = null;

  constructor(id: string, takes_part: boolean) {
    this.id = id;
    this.takes_part = takes_part;
    this.awareness = this.#fresh();
  }

  get doc(): Doc {
    return this.shared.doc;
  }

  /** The line that still has something of mine to bring, or a new one. */
  static to(id: string, takes_part: boolean): MeetingLine {
    const known = waiting.get(id);
    waiting.delete(id);
    if (known?.takes_part === takes_part) return known;
    known?.close();
    return new MeetingLine(id, takes_part);
  }

  /** The page is left. What is not saved yet keeps the line until it is: another page of ours is no reason to lose it. */
  leave(): void {
    this.onback = null;
    if (this.saved === 'saved' || this.phase === 'refused') this.close();
    else {
      this.at(null);
      waiting.set(this.id, this);
    }
  }

  open(): void {
    if (this.phase !== 'off') return;
    this.phase = 'connecting';
    globalThis.addEventListener?.('online', this.#now);
    this.#watch = setInterval(() => {
      const waits = this.#sent_at !== null && Date.now() - this.#sent_at > DEAD_MS;
      if (this.phase === 'open' && (waits || Date.now() - this.#heard_at > SILENT_MS)) this.#socket?.close(4001);
    }, 1000);
    void this.#connect();
  }

  close(): void {
    this.#turn += 1;
    clearTimeout(this.#retry);
    clearInterval(this.#watch);
    globalThis.removeEventListener?.('online', this.#now);
    this.awareness.setLocalState(null);
    this.#drop(1000);
    this.phase = 'off';
    this.doc.destroy();
  }

  /** After a refusal: lets go of what the hall did not take, and hears the draft as it stands there. */
  startAnew(): void {
    clearTimeout(this.#retry);
    this.#drop(1000);
    this.doc.destroy();
    this.awareness = this.#fresh();
    this.synced = false;
    this.problem = null;
    this.saved = 'saved';
    this.#tries = 0;
    this.phase = 'connecting';
    void this.#connect();
  }

  /** Who I am to the others, and where I write. */
  at(me: Omit<Peer, 'client'> | null): void {
    this.#me = me;
    if (this.takes_part) this.awareness.setLocalState(me);
  }

  /** What an operation answered, sooner than the line tells it. */
  heard(meeting: Meeting): void {
    this.#show(meeting);
  }

  #fresh(): Awareness {
    const doc = new Doc();
    const awareness = new Awareness(doc);
    awareness.setLocalState(this.#me);
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === this) return;
      this.saved = this.phase === 'open' ? 'saving' : 'here';
      if (this.#even) this.#bring(updateFrame(update));
    });
    awareness.on('update', ({ added, updated, removed }: { added: number[]; updated: number[]; removed: number[] }, origin: unknown) => {
      const changed = [...added, ...updated, ...removed];
      if (origin !== this && this.takes_part && this.phase === 'open') this.#socket?.send(awarenessFrame(awareness, changed) as Uint8Array<ArrayBuffer>);
      this.#listPeers();
    });
    this.shared = { doc, undo: undoOf(doc) };
    return awareness;
  }

  #listPeers(): void {
    this.peers = [...this.awareness.getStates()].flatMap(([client, state]) => {
      const { who, clause, note, ...own } = state as Partial<Peer>;
      const [persona, name] = who ? [who.persona, who.name] : [own.persona, own.name];
      if (client === this.awareness.clientID || typeof persona !== 'string' || typeof name !== 'string') return [];
      return [{ client, persona, name, ...(who && { who }), ...(typeof clause === 'string' && { clause }), ...(typeof note === 'string' && { note }) }];
    });
  }

  #now = (): void => {
    if (this.phase !== 'lost') return;
    clearTimeout(this.#retry);
    void this.#connect();
  };

  async #connect(): Promise<void> {
    const turn = ++this.#turn;
    let ticket: string | undefined;
    if (this.takes_part) {
      try {
        ({ ticket } = await post<{ ticket: string }>('/session/tickets', { purpose: 'meeting', space: this.id }));
      } catch (cause) {
        if (turn !== this.#turn) return;
        const problem = problemFrom(cause);
        if (isPassing(problem)) this.#again();
        else this.#refuse(problem);
        return;
      }
      if (turn !== this.#turn) return;
    }
    const at = new URL(address(`/meetings/${segment(this.id)}/sync`, { ticket }), location.href);
    at.protocol = at.protocol === 'https:' ? 'wss:' : 'ws:';
    const socket = new WebSocket(at.href);
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    [this.#sent, this.#last_mine, this.#sent_at, this.#even] = [0, 0, null, false];
    socket.onopen = () => {
      if (this.#socket === socket) this.#opened(socket);
    };
    socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
      if (this.#socket === socket) this.#hear(socket, event.data);
    };
    socket.onclose = () => {
      if (this.#socket === socket) this.#again();
    };
  }

  #opened(socket: WebSocket): void {
    this.phase = 'open';
    this.#tries = 0;
    this.#heard_at = Date.now();
    socket.send(hello(this.doc) as Uint8Array<ArrayBuffer>);
    if (this.takes_part && this.awareness.getLocalState()) socket.send(awarenessFrame(this.awareness, [this.awareness.clientID]) as Uint8Array<ArrayBuffer>);
    if (this.#was_open) this.onback?.();
    this.#was_open = true;
  }

  #again(): void {
    this.#drop(4001);
    const wait = WAITS_MS[Math.min(this.#tries, WAITS_MS.length - 1)] ?? 3000;
    this.#tries += 1;
    this.phase = 'lost';
    if (this.saved === 'saving') this.saved = 'here';
    // whoever was there writes on alone
    removeAwarenessStates(this.awareness, this.peers.map(({ client }) => client), this);
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), wait * (0.75 + Math.random() / 4));
  }

  #refuse(problem: ProblemError): void {
    this.problem = problem;
    this.#turn += 1;
    clearTimeout(this.#retry);
    this.#drop(1000);
    this.phase = 'refused';
    if (this.saved !== 'saved') this.saved = 'here';
  }

  #drop(code: number): void {
    const socket = this.#socket;
    this.#socket = null;
    [this.#sent_at, this.#even] = [null, false];
    socket?.close(code);
  }

  /** Sends what is mine; saved it is when the hall says so of this frame or a later one. */
  #bring(frame: Uint8Array, has_mine = true): void {
    if (!this.takes_part || this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(frame as Uint8Array<ArrayBuffer>);
    this.#sent += 1;
    this.#sent_at ??= Date.now();
    if (!has_mine) return;
    this.#last_mine = this.#sent;
    this.saved = 'saving';
  }

  #hear(socket: WebSocket, data: string | ArrayBuffer): void {
    this.#heard_at = Date.now();
    if (this.#sent_at !== null) this.#sent_at = this.#heard_at;
    if (typeof data === 'string') {
      let said: Told;
      try {
        said = JSON.parse(data) as Told;
      } catch {
        return;
      }
      this.#told(said);
      return;
    }
    try {
      const { reply, brings, synced } = hear(new Uint8Array(data), this.doc, this.awareness, this);
      if (synced) {
        this.synced = true;
        // it asks those only who may write now; who may later begins with what it has
        if (this.saved === 'saved') this.#even = true;
      }
      if (!reply) return;
      if (brings) {
        // it asks nobody who is muted
        this.muted_until = null;
        this.#even = true;
        this.#bring(reply, this.saved !== 'saved');
      } else if (this.takes_part) socket.send(reply as Uint8Array<ArrayBuffer>);
    } catch {
      // a frame that is none: the next hello brings what it held
      socket.close(4001);
    }
  }

  #told(said: Told): void {
    switch (said.kind) {
      case 'meeting':
        this.#show(said.meeting);
        break;
      case 'said':
        this.said = [...this.said, { who: said.who, text: said.text, at: said.at }].slice(-SAID_KEPT);
        break;
      case 'poll': {
        const { id, bins, count, mean } = said;
        const poll = this.meeting?.poll;
        if (this.meeting && poll?.id === id) this.meeting = { ...this.meeting, poll: { ...poll, bins: bins ?? null, count, mean: mean ?? null } };
        break;
      }
      case 'saved':
        this.version = said.version;
        if (typeof said.taken !== 'number') break;
        if (said.taken >= this.#sent) this.#sent_at = null;
        if (said.taken >= this.#last_mine && this.saved !== 'here') {
          this.saved = 'saved';
          if (waiting.get(this.id) === this) {
            waiting.delete(this.id);
            this.close();
          }
        }
        break;
      case 'muted':
        this.muted_until = said.until ?? null;
        break;
      case 'notice':
        this.notice = told(said.problem);
        break;
      case 'bye':
        this.#refuse(told(said.problem));
        break;
    }
  }

  #show(meeting: Meeting): void {
    const before = this.meeting;
    // frames of the line leave the clauses out
    this.meeting = meeting.draft.clauses ? meeting : { ...meeting, draft: { ...meeting.draft, clauses: before?.draft.clauses ?? null } };
    const now = Date.parse(meeting.now ?? '');
    if (Number.isFinite(now)) this.ahead_ms = now - Date.now();
  }
}

