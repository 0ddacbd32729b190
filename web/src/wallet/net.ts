import { need, WalletFault } from './fault';
import { readObject, type JsonObject } from './json';

/** What the protocols need of their surroundings: how to fetch, and seconds since 1970. */
export type World = { fetch: (address: string, init: RequestInit) => Promise<Response>; now: () => number };

export const browser: World = {
  fetch: (address, init) => fetch(address, init),
  now: () => Math.floor(Date.now() / 1000),
};

/** Largest answer that is read: 1 MiB. */
const most_bytes = 1024 * 1024;

const is_own_machine = (host: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(host) || host.endsWith('.localhost');

/** An address that the wallet may talk to: https, or a hall on this very machine. */
export function safe(address: string): URL {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    throw new WalletFault('address_unsafe', 'it is not an address');
  }
  const is_secret = url.protocol === 'https:' || (url.protocol === 'http:' && is_own_machine(url.hostname));
  need(is_secret, 'address_unsafe', `${url.protocol}//${url.host} is not https`);
  need(!url.username && !url.password, 'address_unsafe', 'it carries a name or a password');
  return url;
}

/** An identifier of an issuer or server: a safe address without query and fragment. */
export function identifier(address: string): URL {
  const url = safe(address);
  need(!url.search && !url.hash && !/[?#]/.test(address), 'address_unsafe', 'an identifier has no query and no fragment');
  return url;
}

/** RFC 8615 as OpenID4VCI §12.2.2, RFC 8414 and SD-JWT VC use it: the name stands between host and path. */
export function wellKnown(issuer: string, name: string): string {
  const url = identifier(issuer);
  return `${url.origin}/.well-known/${name}${url.pathname.replace(/\/$/, '')}`;
}

/** No cookie goes along and no redirect is followed: what is fetched is what was named. */
export async function send(world: World, address: string, init: RequestInit): Promise<Response> {
  safe(address);
  try {
    return await world.fetch(address, {
      credentials: 'omit',
      redirect: 'error',
      cache: 'no-store',
      referrerPolicy: 'no-referrer',
      ...init,
    });
  } catch {
    throw new WalletFault('unreachable', new URL(address).host);
  }
}

/** The answer's text, read no further than it may be long. */
export async function textOfReply(reply: Response): Promise<string> {
  const reader = reply.body?.getReader();
  if (!reader) return '';
  const decoder = new TextDecoder();
  let [text, length] = ['', 0];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    length += value.length;
    if (length > most_bytes) {
      await reader.cancel();
      throw new WalletFault('answer_unreadable', 'it is longer than 1 MiB');
    }
    text += decoder.decode(value, { stream: true });
  }
}

export const getText = async (world: World, address: string, accept: string): Promise<string> =>
  textIfOk(await send(world, address, { method: 'GET', headers: { accept } }), address);

export const postForm = async (world: World, address: string, accept: string, body: string): Promise<string> =>
  textIfOk(
    await send(world, address, { method: 'POST', headers: { accept, 'content-type': 'application/x-www-form-urlencoded' }, body }),
    address,
  );

async function textIfOk(reply: Response, address: string): Promise<string> {
  need(
    reply.ok,
    reply.status === 404 || reply.status === 410 ? 'offer_gone' : 'unreachable',
    `${new URL(address).host} answers ${reply.status}`,
  );
  return textOfReply(reply);
}

export const getObject = async (world: World, address: string): Promise<JsonObject> =>
  readObject(await getText(world, address, 'application/json'), 'answer_unreadable', `the answer of ${new URL(address).host}`);

export const form = (parameters: Record<string, string | undefined>): string =>
  new URLSearchParams(Object.entries(parameters).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))).toString();

/** The parameters of a link; one that is there twice could be read two ways. */
export function parametersOf(search: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(search)) {
    need(!found.has(name), 'link_unknown', `${name} is there twice`);
    if (value !== '') found.set(name, value);
  }
  return found;
}
