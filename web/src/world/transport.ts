import { address, post, segment } from '../api/client';
import { language } from '../i18n/language.svelte';
import { DatagramLine } from './datagrams';
import type { Space } from './space';

/**
 * The line to a space, however its bytes go: a WebSocket, or WebTransport (docs/designs/webtransport.md) where browser, hall and network have it.
 */
export interface Line {
  readonly way: 'websocket' | 'webtransport';
  readonly isOpen: boolean;
  /** What was sent before still waits: more of it would come too late. */
  readonly isFull: boolean;
  /** From now on `ears` gets what comes, what came before it first. */
  listen(ears: Ears): void;
  /** Arrives, and in order. */
  say(text: string): void;
  /** May be lost by WebTransport. */
  move(frame: Uint8Array<ArrayBuffer>): void;
  close(code: number): void;
}
export type Ears = {
  hear: (data: string | Uint8Array) => void;
  /** The line ended, and not by `close`. */
  over: () => void;
};
/** Where somebody comes in. `base`: where the space is run, if not where the page comes from; `token`: what brings one back to one's place. */
export type Entrance = { space: Space; base: string | null; token: string | null };

/** Who hears nothing by datagrams for so long takes the WebSocket. */
const PATIENCE_MS = 2000;
const FAILED = 'sala.webtransport.failed';

/**
 * Opens a line; a ticket is good for one try, so each takes another. `isWanted` is asked before one is taken. Throws the Problem of a ticket
 * that was refused, or what the browser throws at an address that the page may not reach.
 */
export async function openLine(entrance: Entrance, isWanted: () => boolean): Promise<Line | null> {
  const offer = entrance.base === null && 'WebTransport' in globalThis ? entrance.space.webtransport : null;
  if (offer && !hasFailed(offer.url)) {
    const url = new URL(offer.url + (await path(entrance, { lang: language.current })));
    try {
      return await DatagramLine.open(url.href, offer.hashes, PATIENCE_MS);
    } catch {
      remember(offer.url);
    }
    if (!isWanted()) return null;
  }
  const url = new URL((entrance.base ?? '') + (await path(entrance)), location.href);
  if (!isWanted()) return null;
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return new SocketLine(url.href);
}

async function path({ space, token }: Entrance, more: Record<string, string> = {}): Promise<string> {
  const { ticket } = await post<{ ticket: string }>('/session/tickets', { purpose: 'world', space: space.id });
  return address(`/spaces/${segment(space.id)}/presence`, { ticket, token, ...more });
}

// For as long as this tab is open: a network that lets no datagrams through is asked once.
function hasFailed(url: string): boolean {
  try {
    return sessionStorage.getItem(FAILED) === url;
  } catch {
    return false;
  }
}
function remember(url: string): void {
  try {
    sessionStorage.setItem(FAILED, url);
  } catch {
    // a closed store only means that it is tried again
  }
}

class SocketLine implements Line {
  readonly way = 'websocket';
  readonly #socket: WebSocket;

  constructor(url: string) {
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = 'arraybuffer';
  }
  get isOpen(): boolean {
    return this.#socket.readyState === WebSocket.OPEN;
  }
  get isFull(): boolean {
    return this.#socket.bufferedAmount >= 256;
  }
  listen(ears: Ears): void {
    this.#socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => ears.hear(typeof data === 'string' ? data : new Uint8Array(data));
    this.#socket.onclose = () => ears.over();
  }
  say(text: string): void {
    this.#socket.send(text);
  }
  move(frame: Uint8Array<ArrayBuffer>): void {
    this.#socket.send(frame);
  }
  close(code: number): void {
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close(code);
  }
}
