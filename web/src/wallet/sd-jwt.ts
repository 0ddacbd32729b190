import { textFromUrl } from './base64url';
import { need, WalletFault } from './fault';
import { parseJws, sha256Url, sign, type Jws } from './jose';
import { isObject, type Json, type JsonObject } from './json';

/** Selective disclosure (RFC 9901), the holder's side. */

/** Where a claim stands: names of members, numbers of elements. */
export type Path = (string | number)[];

export type SdJwt = {
  /** As it stands, without disclosures. */
  token: string;
  issued: Jws;
  disclosures: string[];
  /** With all that is disclosed in its place, and without digests. */
  claims: JsonObject;
  /** Where each disclosure belongs, in the order of `disclosures`. */
  places: Path[];
};

type Opened = { name: string | undefined; value: Json; at: number; used: boolean };
const most_disclosures = 500;
const deepest = 32;

/** Takes a credential apart as its holder got it: with all disclosures and no key binding. */
export async function parseSdJwt(text: string): Promise<SdJwt> {
  const [token = '', ...rest] = text.trim().split('~');
  need(rest.length > 0 && rest.at(-1) === '', 'credential_bad', 'it does not end with ~: it is no SD-JWT, or has a key binding already');
  const disclosures = rest.slice(0, -1);
  need(disclosures.length <= most_disclosures, 'credential_bad', 'it has more than 500 disclosures');
  const issued = parseJws(token, 'credential_bad');
  need((issued.payload['_sd_alg'] ?? 'sha-256') === 'sha-256', 'algorithm_foreign', 'its digests are not SHA-256');
  const { _sd_alg: _, ...payload } = issued.payload;
  return { token, issued, disclosures, ...(await unpack(payload, disclosures)) };
}

/** RFC 9901 §7.1: every disclosure has its one place, and no name is there twice. */
async function unpack(payload: JsonObject, disclosures: string[]): Promise<{ claims: JsonObject; places: Path[] }> {
  const opened = new Map<string, Opened>();
  for (const [at, text] of disclosures.entries()) {
    const digest = await sha256Url(text);
    need(!opened.has(digest), 'credential_bad', 'a disclosure is there twice');
    opened.set(digest, { ...read(text), at, used: false });
  }
  const seen = new Set<string>();
  const places: Path[] = disclosures.map(() => []);
  const take = (digest: Json | undefined, path: Path, of_array: boolean): Opened | undefined => {
    need(typeof digest === 'string', 'credential_bad', 'a digest is not a text');
    need(!seen.has(digest), 'credential_bad', 'a digest is there twice');
    seen.add(digest);
    const found = opened.get(digest);
    if (!found) return undefined;
    need((found.name === undefined) === of_array, 'credential_bad', 'a disclosure is of another kind than its place');
    found.used = true;
    places[found.at] = found.name === undefined ? path : [...path, found.name];
    return found;
  };
  const walk = (value: Json, path: Path): Json => {
    need(path.length < deepest, 'credential_bad', 'it is nested deeper than 32');
    if (Array.isArray(value)) {
      const kept: Json[] = [];
      for (const each of value) {
        if (isObject(each) && Object.hasOwn(each, '...')) {
          need(Object.keys(each).length === 1, 'credential_bad', 'a digest of an array has something beside it');
          const found = take(each['...'], [...path, kept.length], true);
          if (found) kept.push(walk(found.value, [...path, kept.length]));
        } else kept.push(walk(each, [...path, kept.length]));
      }
      return kept;
    }
    if (!isObject(value)) return value;
    const { _sd, ...plain } = value;
    need(!Object.hasOwn(plain, '...'), 'credential_bad', 'a member has the reserved name “...”');
    const members = new Map(Object.entries(plain).map(([name, each]) => [name, walk(each, [...path, name])]));
    if (_sd !== undefined) {
      need(Array.isArray(_sd), 'credential_bad', '_sd is not an array');
      for (const digest of _sd) {
        const found = take(digest, path, false);
        if (!found || found.name === undefined) continue;
        need(!members.has(found.name), 'credential_bad', 'a disclosure has the name of another claim');
        members.set(found.name, walk(found.value, [...path, found.name]));
      }
    }
    return Object.fromEntries(members);
  };
  const claims = walk(payload, []) as JsonObject;
  need(
    [...opened.values()].every((each) => each.used),
    'credential_bad',
    'a disclosure belongs to no digest',
  );
  return { claims, places };
}

function read(text: string): { name: string | undefined; value: Json } {
  let parts: unknown;
  try {
    parts = JSON.parse(textFromUrl(text));
  } catch {
    throw new WalletFault('credential_bad', 'a disclosure is not base64url of JSON');
  }
  need(
    Array.isArray(parts) && (parts.length === 2 || parts.length === 3) && typeof parts[0] === 'string',
    'credential_bad',
    'a disclosure has not 2 or 3 parts',
  );
  if (parts.length === 2) return { name: undefined, value: parts[1] as Json };
  const name: unknown = parts[1];
  need(typeof name === 'string' && name !== '_sd' && name !== '...', 'credential_bad', 'a disclosure has a reserved name');
  return { name, value: parts[2] as Json };
}

/** Is one path the same as the other, or above or below it? */
export const inLine = (a: Path, b: Path): boolean => a.every((step, at) => at >= b.length || step === b[at]);

/** What is shown of a credential: the claims at these paths with what they stand in and what they hold, and nothing else. */
export function select(credential: SdJwt, paths: Path[]): string {
  const shown = credential.disclosures.filter((_, at) => paths.some((path) => inLine(path, credential.places[at] ?? [])));
  return `${[credential.token, ...shown].join('~')}~`;
}

/** The claims that a reader of `select(credential, paths)` sees. */
export async function seen(credential: SdJwt, paths: Path[]): Promise<JsonObject> {
  return (await parseSdJwt(select(credential, paths))).claims;
}

/** Proves that the one who shows it holds its key, to this verifier and this once (RFC 9901 §4.3). */
export async function bind(shown: string, key: CryptoKey, aud: string, nonce: string, iat: number): Promise<string> {
  return shown + (await sign(key, { typ: 'kb+jwt' }, { iat, aud, nonce, sd_hash: await sha256Url(shown) }));
}
