import { language } from '../i18n/language.svelte';
import { behalfFor } from './acting.svelte';
import { problemFrom, problemOf } from './problem';

export type Query = Record<string, string | number | null | undefined>;

const root = '/api/v1';

/** Builds `/api/v1/<path>?<query>`; empty query values are left out. */
export function address(path: string, query: Query = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return `${root}${path}${text ? `?${text}` : ''}`;
}

/** One path segment of an address: ids are opaque and may hold any character. */
export const segment = (id: string): string => encodeURIComponent(id);

async function send(method: string, url: string, accept: string, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { accept, 'accept-language': language.current };
  if (method !== 'GET') headers['x-sala-csrf'] = '1';
  const behalf = behalfFor(url);
  if (behalf) headers['sala-behalf'] = behalf;
  const init: RequestInit = { method, headers, credentials: 'same-origin' };
  if (body !== undefined) {
    headers['content-type'] = 'application/json';
    init.body = JSON.stringify(body);
  }
  const text = body === undefined ? '' : JSON.stringify(body);
  const asked = `${url} ${text}`;
  if (method === 'POST') headers['idempotency-key'] = keyFor(asked);
  const once = async (): Promise<Response> => {
    try {
      return await fetch(url, init);
    } catch (cause) {
      throw problemFrom(cause);
    }
  };
  let reply = await once();
  if (reply.status === 403) {
    const problem = await problemOf(reply);
    const sign = signatures[problem.code];
    if (!sign) throw problem;
    await sign(headers, method, url, text);
    reply = await once();
  }
  unanswered.delete(asked);
  if (!reply.ok) throw await problemOf(reply);
  return reply;
}

/** Refusals that the person can lift with a passkey: then the same request goes again. Loaded only when it comes to that. */
const signatures: Record<string, (headers: Record<string, string>, method: string, url: string, body: string) => Promise<void>> = {
  signature_required: async (headers, method, url, body) => {
    const { signature } = await import('../people/sign');
    headers['sala-signature'] = await signature(method, url, body, headers['sala-behalf']);
  },
  step_up_required: async () => {
    const { stepUp } = await import('../people/sign');
    await stepUp();
  },
};

/** A request that got no answer keeps its key, so that trying again can't do the same thing twice. */
const unanswered = new Map<string, string>();

function keyFor(asked: string): string {
  const key = unanswered.get(asked) ?? newKey();
  unanswered.set(asked, key);
  return key;
}

function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

const json = 'application/json, application/problem+json';

async function decoded<T>(reply: Response): Promise<T> {
  if (reply.status === 204) return undefined as T;
  try {
    return (await reply.json()) as T;
  } catch {
    throw await problemOf(reply);
  }
}

export const get = async <T>(path: string, query?: Query): Promise<T> => decoded<T>(await send('GET', address(path, query), json));

export const getText = async (path: string): Promise<string> =>
  (await send('GET', address(path), 'text/plain, application/problem+json')).text();

export const post = async <T>(path: string, body: unknown = {}): Promise<T> => decoded<T>(await send('POST', address(path), json, body));

export const put = async <T>(path: string, body: unknown): Promise<T> => decoded<T>(await send('PUT', address(path), json, body));

export const patch = async <T>(path: string, body: unknown): Promise<T> => decoded<T>(await send('PATCH', address(path), json, body));

/** Hands a file in as it is. */
export async function putFile<T>(path: string, file: Blob, media_type: string): Promise<T> {
  const headers = { accept: json, 'accept-language': language.current, 'x-sala-csrf': '1', 'content-type': media_type };
  const reply = await fetch(address(path), { method: 'PUT', headers, body: file, credentials: 'same-origin' }).catch((cause: unknown) => {
    throw problemFrom(cause);
  });
  if (!reply.ok) throw await problemOf(reply);
  return decoded<T>(reply);
}

export const remove = async (path: string): Promise<void> => {
  await send('DELETE', address(path), json);
};
