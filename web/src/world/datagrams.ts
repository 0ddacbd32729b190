import type { Ears, Line } from './transport';

/** A longer message is no message of a hall. */
export const LONGEST_MESSAGE = 1024 * 1024;
const LENGTH_BYTES = 4;
/** A move that waited longer says nothing any more. */
const STALE_MS = 200;

/**
 * Messages out of the bytes of a stream or a datagram: length u32 little-endian, then so many bytes. `rest`: what is still too short to be one.
 */
export function parted(bytes: Uint8Array<ArrayBuffer>): { messages: Uint8Array<ArrayBuffer>[]; rest: Uint8Array<ArrayBuffer> } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: Uint8Array<ArrayBuffer>[] = [];
  let at = 0;
  while (at + LENGTH_BYTES <= bytes.length) {
    const length = view.getUint32(at, true);
    if (length > LONGEST_MESSAGE) throw new RangeError(`a message has at most ${LONGEST_MESSAGE} bytes, not ${length}`);
    const end = at + LENGTH_BYTES + length;
    if (end > bytes.length) break;
    messages.push(bytes.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return { messages, rest: bytes.subarray(at) };
}

/** A message as it goes over the stream. */
export function framed(text: string): Uint8Array<ArrayBuffer> {
  const words = new TextEncoder().encode(text);
  const bytes = new Uint8Array(LENGTH_BYTES + words.length);
  new DataView(bytes.buffer).setUint32(0, words.length, true);
  bytes.set(words, LENGTH_BYTES);
  return bytes;
}

const hashOf = (hex: string): Uint8Array<ArrayBuffer> => Uint8Array.from(hex.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const BRACE = '{'.charCodeAt(0);

type Bytes = Uint8Array<ArrayBuffer>;

/** A session of WebTransport: poses as datagrams, everything else on the one stream that the hall opens (docs/designs/webtransport.md). */
export class DatagramLine implements Line {
  readonly way = 'webtransport';
  readonly #session: WebTransport;
  readonly #words: WritableStreamDefaultWriter<Bytes>;
  readonly #moves: WritableStreamDefaultWriter<Bytes>;
  #ears: Ears | null = null;
  /** What came before anybody listened. */
  #early: (string | Uint8Array)[] = [];
  #is_over = false;
  /** Told of the first message, or of the end. */
  #begun: () => void = () => undefined;

  private constructor(session: WebTransport, stream: WebTransportBidirectionalStream) {
    this.#session = session;
    this.#words = (stream.writable as WritableStream<Bytes>).getWriter();
    session.datagrams.outgoingMaxAge = STALE_MS;
    this.#moves = (session.datagrams.writable as WritableStream<Bytes>).getWriter();
    void this.#read(stream.readable as ReadableStream<Bytes>);
    void this.#catch(session.datagrams.readable as ReadableStream<Bytes>);
    const over = (): void => this.#end();
    session.closed.then(over, over);
    // what could not be written is seen at the end of the session
    for (const writer of [this.#words, this.#moves]) writer.closed.catch(() => undefined);
  }

  /** Opens one that has said its first word within `wait_ms`; throws if there is none. */
  static async open(url: string, hashes: string[], wait_ms: number): Promise<DatagramLine> {
    const known = hashes.map((hash) => ({ algorithm: 'sha-256', value: hashOf(hash) }));
    const session = new WebTransport(url, { requireUnreliable: true, ...(known.length > 0 && { serverCertificateHashes: known }) });
    // told by `ready`, or by the line's end
    session.closed.catch(() => undefined);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no word by WebTransport within ${wait_ms} ms`)), wait_ms);
    });
    try {
      return await Promise.race([DatagramLine.#greeted(session), late]);
    } catch (cause) {
      session.close();
      throw cause;
    } finally {
      clearTimeout(timer);
    }
  }

  static async #greeted(session: WebTransport): Promise<DatagramLine> {
    await session.ready;
    const streams = (session.incomingBidirectionalStreams as ReadableStream<WebTransportBidirectionalStream>).getReader();
    const { value: stream } = await streams.read();
    if (!stream) throw new Error('the session ended at once');
    const line = new DatagramLine(session, stream);
    await new Promise<void>((done) => (line.#begun = done));
    if (!line.#early.some((each) => typeof each === 'string')) throw new Error('the session ended without a word');
    return line;
  }

  get isOpen(): boolean {
    return !this.#is_over;
  }
  get isFull(): boolean {
    return (this.#moves.desiredSize ?? 0) <= 0;
  }

  listen(ears: Ears): void {
    this.#ears = ears;
    for (const data of this.#early.splice(0)) this.#ears?.hear(data);
    if (this.#is_over) this.#ears?.over();
  }
  say(text: string): void {
    this.#words.write(framed(text)).catch(() => undefined);
  }
  move(frame: Bytes): void {
    this.#moves.write(frame).catch(() => undefined);
  }
  close(code: number): void {
    this.#ears = null;
    this.#is_over = true;
    try {
      this.#session.close({ closeCode: code, reason: '' });
    } catch {
      // it has ended by itself
    }
  }

  async #read(readable: ReadableStream<Bytes>): Promise<void> {
    const reader = readable.getReader();
    let held: Bytes = new Uint8Array(0);
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) break;
        const bytes = new Uint8Array(held.length + value.length);
        bytes.set(held);
        bytes.set(value, held.length);
        const { messages, rest } = parted(bytes);
        for (const message of messages) this.#hear(message);
        held = rest;
      }
    } catch {
      // the end, told below
    }
    this.#end();
  }

  async #catch(readable: ReadableStream<Bytes>): Promise<void> {
    const reader = readable.getReader();
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        this.#tick(value);
      }
    } catch {
      // the end, told by the stream
    }
  }

  /** One datagram; what is none of ours costs nothing. */
  #tick(bytes: Bytes): void {
    try {
      for (const message of parted(bytes).messages) this.#hear(message);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
    }
  }

  #hear(message: Bytes): void {
    const data = message[0] === BRACE ? new TextDecoder().decode(message) : message;
    if (this.#ears) this.#ears.hear(data);
    else if (!this.#is_over) this.#early.push(data);
    // poses alone do not say that one is in
    if (typeof data === 'string') this.#begun();
  }

  #end(): void {
    if (this.#is_over) return;
    this.#is_over = true;
    this.#begun();
    this.#ears?.over();
  }
}
