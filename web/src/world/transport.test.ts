import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { framed, LONGEST_MESSAGE, parted } from './datagrams';
import type { Space } from './space';
import { openLine, type Ears, type Line } from './transport';

type Bytes = Uint8Array<ArrayBuffer>;

/** A session that a test speaks through, with the streams of the browser. */
class Session {
  static opened: Session[] = [];
  /** What the network does: lets it through, says nothing, or refuses at once. */
  static network: 'open' | 'silent' | 'closed' = 'open';
  readonly url: string;
  readonly options: WebTransportOptions;
  readonly ready: Promise<void>;
  readonly closed: Promise<unknown>;
  readonly words = new TransformStream<Bytes, Bytes>();
  readonly asks = new TransformStream<Bytes, Bytes>();
  readonly falling = new TransformStream<Bytes, Bytes>();
  readonly moves: Bytes[] = [];
  readonly told: Bytes[] = [];
  closing: WebTransportCloseInfo | undefined;
  incomingBidirectionalStreams: ReadableStream;
  datagrams: { readable: ReadableStream<Bytes>; writable: WritableStream<Bytes>; outgoingMaxAge: number };
  #out = this.words.writable.getWriter();
  #datagram = this.falling.writable.getWriter();
  over!: (cause?: Error) => void;

  constructor(url: string, options: WebTransportOptions) {
    [this.url, this.options] = [url, options];
    this.closed = new Promise((done, fail) => (this.over = (cause) => (cause ? fail(cause) : done({}))));
    this.ready =
      Session.network === 'open' ? Promise.resolve() : Session.network === 'closed' ? Promise.reject(new Error('refused')) : new Promise(() => undefined);
    const stream = { readable: this.words.readable, writable: new WritableStream<Bytes>({ write: (bytes) => void this.told.push(bytes) }) };
    this.incomingBidirectionalStreams = new ReadableStream({ start: (control) => control.enqueue(stream) });
    const writable = new WritableStream<Bytes>({ write: (bytes) => void this.moves.push(bytes) });
    this.datagrams = { readable: this.falling.readable, writable, outgoingMaxAge: 0 };
    Session.opened.push(this);
  }
  close(info?: WebTransportCloseInfo): void {
    this.closing = info ?? {};
    this.over();
  }
  tell(message: object): void {
    void this.#out.write(framed(JSON.stringify(message)));
  }
  raw(bytes: number[]): void {
    void this.#out.write(new Uint8Array(bytes));
  }
  tick(...frames: number[][]): void {
    void this.#datagram.write(new Uint8Array(frames.flatMap((frame) => [frame.length, 0, 0, 0, ...frame])));
  }
  fall(bytes: number[]): void {
    void this.#datagram.write(new Uint8Array(bytes));
  }
}

class Socket {
  static readonly OPEN = 1;
  static opened: Socket[] = [];
  readyState = 1;
  bufferedAmount = 0;
  binaryType = '';
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed: number | undefined;
  sent: unknown[] = [];
  readonly url: string;
  constructor(url: string) {
    this.url = url;
    Socket.opened.push(this);
  }
  send(data: unknown): void {
    this.sent.push(data);
  }
  close(code: number): void {
    this.closed = code;
  }
}

const offer = { url: 'https://hall.example:4433', hashes: ['00ff10', '7f'] };
const space = { id: 'hall', webtransport: offer } as unknown as Space;
const at = { space, base: null, token: 'secret' };
let tickets: number;

beforeEach(() => {
  vi.useFakeTimers();
  sessionStorage.clear();
  [Session.opened, Socket.opened, Session.network, tickets] = [[], [], 'open', 0];
  vi.stubGlobal('WebTransport', Session);
  vi.stubGlobal('WebSocket', Socket);
  vi.stubGlobal('fetch', () =>
    Promise.resolve(new Response(JSON.stringify({ ticket: `t${(tickets += 1)}` }), { status: 201, headers: { 'content-type': 'application/json' } })),
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const settle = (ms = 0): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);
const session = (): Session => Session.opened.at(-1)!;
function ears(): Ears & { heard: (string | number[])[]; ended: number } {
  const all = { heard: [] as (string | number[])[], ended: 0 };
  return Object.assign(all, {
    hear: (data: string | Uint8Array) => void all.heard.push(typeof data === 'string' ? data : [...data]),
    over: () => void (all.ended += 1),
  });
}
/** In by WebTransport, after its first word. */
async function inside(): Promise<[Line, ReturnType<typeof ears>]> {
  const opening = openLine(at, () => true);
  await settle();
  session().tell({ kind: 'welcome' });
  await settle();
  const line = await opening;
  const all = ears();
  line!.listen(all);
  return [line!, all];
}

describe('the choice of a line', () => {
  it('is WebTransport where browser and hall have it, with ticket, token and the hashes that the hall told', async () => {
    const [line] = await inside();
    expect(line.way).toBe('webtransport');
    expect(session().url).toMatch(/^https:\/\/hall\.example:4433\/api\/v1\/spaces\/hall\/presence\?ticket=t1&token=secret&lang=(th|en)$/);
    const hashes = session().options.serverCertificateHashes!.map(({ algorithm, value }) => [algorithm, ...(value as Uint8Array)]);
    expect(hashes).toEqual([['sha-256', 0, 255, 16], ['sha-256', 127]]);
    expect([tickets, Socket.opened.length]).toEqual([1, 0]);
  });

  it('is a WebSocket where the browser lacks it, the hall does not offer it, or the space is run elsewhere', async () => {
    const elsewhere = await openLine({ ...at, base: 'https://spaces.example' }, () => true);
    const without = await openLine({ ...at, space: { ...space, webtransport: null } }, () => true);
    vi.unstubAllGlobals();
    vi.stubGlobal('WebSocket', Socket);
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('{"ticket":"t"}', { status: 201, headers: { 'content-type': 'application/json' } })));
    const old = await openLine(at, () => true);
    expect([elsewhere, without, old].map((line) => line!.way)).toEqual(['websocket', 'websocket', 'websocket']);
    expect(Session.opened.length).toBe(0);
    expect(Socket.opened[0]!.url).toBe('wss://spaces.example/api/v1/spaces/hall/presence?ticket=t1&token=secret');
  });

  it('falls back within two seconds, with a new ticket, and does not try again in this tab', async () => {
    Session.network = 'silent';
    const opening = openLine(at, () => true);
    await settle(1999);
    expect(Socket.opened.length).toBe(0);
    await settle(1);
    expect((await opening)!.way).toBe('websocket');
    expect([Socket.opened[0]!.url.includes('ticket=t2'), session().closing !== undefined]).toEqual([true, true]);
    Session.network = 'open';
    expect((await openLine(at, () => true))!.way).toBe('websocket');
    expect([Session.opened.length, tickets]).toEqual([1, 3]);
    // another port is another question
    const moved = openLine({ ...at, space: { ...space, webtransport: { ...offer, url: 'https://hall.example:4434' } } }, () => true);
    await settle();
    session().tell({ kind: 'welcome' });
    await settle();
    expect((await moved)!.way).toBe('webtransport');
  });

  it('falls back at once where the port is closed, and where a session says no word', async () => {
    Session.network = 'closed';
    expect((await openLine(at, () => true))!.way).toBe('websocket');
    sessionStorage.clear();
    Session.network = 'open';
    const opening = openLine(at, () => true);
    await settle();
    session().tick([0x11]);
    session().over(new Error('lost'));
    await settle();
    expect((await opening)!.way).toBe('websocket');
  });

  it('takes no further ticket for who went away meanwhile', async () => {
    Session.network = 'silent';
    let is_wanted = true;
    const opening = openLine(at, () => is_wanted);
    await settle(500);
    is_wanted = false;
    await settle(1500);
    expect([await opening, tickets, Socket.opened.length]).toEqual([null, 1, 0]);
  });
});

describe('a session', () => {
  it('tells words and frames in order, those from before anybody listened first', async () => {
    const opening = openLine(at, () => true);
    await settle();
    session().tick([0x11, 1], [0x12, 2]);
    await settle();
    session().tell({ kind: 'welcome' });
    await settle();
    const [line, all] = [await opening, ears()];
    session().tick([0x11, 3]);
    line!.listen(all);
    session().raw([2, 0, 0, 0, 0x11, 9]);
    await settle();
    expect(all.heard.slice(0, 3)).toEqual([[0x11, 1], [0x12, 2], '{"kind":"welcome"}']);
    expect(all.heard.slice(3)).toEqual(expect.arrayContaining([[0x11, 3], [0x11, 9]]));
  });

  it('puts a message together however it is cut', async () => {
    const [, all] = await inside();
    const bytes = [...framed('{"kind":"said","text":"สวัสดี"}'), ...framed('{"kind":"stuck"}')];
    for (const byte of bytes) session().raw([byte]);
    await settle();
    expect(all.heard.slice(1)).toEqual(['{"kind":"said","text":"สวัสดี"}', '{"kind":"stuck"}']);
  });

  it('sends words by the stream and moves as datagrams', async () => {
    const [line] = await inside();
    line.say('{"kind":"halt"}');
    line.move(new Uint8Array([0x11, 7]));
    await settle();
    expect(session().told.map((bytes) => parted(bytes).messages.map((each) => new TextDecoder().decode(each)))).toEqual([['{"kind":"halt"}']]);
    expect(session().moves.map((each) => [...each])).toEqual([[0x11, 7]]);
    expect(line.isFull).toBe(false);
  });

  it('does no harm by datagrams that are none, and ends by a stream that is none', async () => {
    const [line, all] = await inside();
    for (const bytes of [[], [1], [255, 255, 255, 255, 1], [9, 0, 0, 0, 1]]) session().fall(bytes);
    session().tick([0x11, 5]);
    await settle();
    expect([all.heard.at(-1), line.isOpen, all.ended]).toEqual([[0x11, 5], true, 0]);
    session().raw([255, 255, 255, 255]);
    await settle();
    expect([line.isOpen, all.ended]).toEqual([false, 1]);
  });

  it('that is cut is told once, and one that is closed is told to nobody', async () => {
    const [line, all] = await inside();
    session().over(new Error('lost'));
    await settle();
    expect([line.isOpen, all.ended]).toEqual([false, 1]);
    sessionStorage.clear();
    const [other, told] = await inside();
    other.close(1000);
    session().tell({ kind: 'stuck' });
    await settle();
    expect([session().closing, told.ended, told.heard.length]).toEqual([{ closeCode: 1000, reason: '' }, 0, 1]);
  });
});

it('a message longer than a hall sends is refused before it is waited for', () => {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, LONGEST_MESSAGE + 1, true);
  expect(() => parted(bytes)).toThrow(RangeError);
  expect(parted(new Uint8Array([5, 0, 0]))).toEqual({ messages: [], rest: new Uint8Array([5, 0, 0]) });
});
