import { need } from './fault';
import { inTime, keyOf, thumbprint, verify, type Jwk } from './jose';
import { isObject, numberOf, textOf, type JsonObject } from './json';
import { getObject, identifier, wellKnown, type World } from './net';
import { parseSdJwt, type SdJwt } from './sd-jwt';

/** SD-JWT VC (draft-ietf-oauth-sd-jwt-vc): what a credential must be before the wallet keeps it. */

export type StatusReference = { uri: string; idx: number };
export type Credential = {
  sd_jwt: SdJwt;
  issuer: string;
  vct: string;
  /** Seconds since 1970. */
  expires: number | undefined;
  status: StatusReference | undefined;
  /** Thumbprint of the key to which it is bound. */
  holder: string;
};

/** What a holder may never withhold (§3.2.2.2). */
const always_open = ['iss', 'nbf', 'exp', 'cnf', 'vct', 'vct#integrity', 'status', 'aud'];
/** What stands in a credential for machines; a person reads it in other words. */
const technical = new Set([...always_open, 'iat', 'jti']);

/** The issuer's keys (§3.5), asked for where its identifier says. */
export async function issuerKeys(world: World, issuer: string): Promise<Jwk[]> {
  const metadata = await getObject(world, wellKnown(issuer, 'jwt-vc-issuer'));
  need(metadata['issuer'] === issuer, 'issuer_mismatch', 'the keys are of another issuer');
  const inside = metadata['jwks'];
  const { jwks_uri } = metadata;
  need((inside === undefined) !== (jwks_uri === undefined), 'answer_unreadable', 'there is not exactly one of jwks and jwks_uri');
  const set = typeof jwks_uri === 'string' ? await getObject(world, jwks_uri) : inside;
  const keys = isObject(set) && Array.isArray(set['keys']) ? set['keys'].filter(isObject) : [];
  need(keys.length > 0, 'answer_unreadable', 'the issuer publishes no key');
  return keys;
}

/** Reads a credential that was just issued and believes it only if this issuer signed it, as this type, for now. Whose key it holds is the caller's to see. */
export async function accept(text: string, issuer: string, vct: string, keys: Jwk[], now: number): Promise<Credential> {
  const credential = await read(text);
  const { issued, places } = credential.sd_jwt;
  need(issued.header['typ'] === 'dc+sd-jwt' || issued.header['typ'] === 'vc+sd-jwt', 'credential_bad', 'its typ is not dc+sd-jwt');
  await verify(issued, keyOf(keys, issued, 'credential_bad'), 'credential_bad');
  need(credential.issuer === issuer, 'issuer_mismatch', 'iss is another issuer than the one asked');
  need(credential.vct === vct, 'credential_bad', 'vct is another type than offered');
  need(
    !places.some(([first]) => typeof first === 'string' && always_open.includes(first)),
    'credential_bad',
    'it could withhold what a verifier must see',
  );
  inTime(credential.sd_jwt.claims, now, 'credential_bad', 'credential_expired');
  return credential;
}

/** The same from our own store, where it was verified before. */
export async function read(text: string): Promise<Credential> {
  const sd_jwt = await parseSdJwt(text);
  const { claims } = sd_jwt;
  const [issuer, vct] = [textOf(claims, 'iss'), textOf(claims, 'vct')];
  need(issuer && vct, 'credential_bad', 'iss or vct is missing');
  identifier(issuer);
  const { cnf } = claims;
  const key = isObject(cnf) && isObject(cnf['jwk']) ? cnf['jwk'] : undefined;
  need(key, 'credential_bad', 'it is bound to no key');
  return { sd_jwt, issuer, vct, expires: numberOf(claims, 'exp'), status: statusOf(claims), holder: await thumbprint(key) };
}

/** A status that can't be read must not pass for none. */
function statusOf(claims: JsonObject): StatusReference | undefined {
  const { status } = claims;
  if (status === undefined) return undefined;
  const list = isObject(status) ? status['status_list'] : undefined;
  const [uri, idx] = [textOf(list, 'uri'), isObject(list) ? list['idx'] : undefined];
  need(
    uri && typeof idx === 'number' && Number.isSafeInteger(idx) && idx >= 0,
    'credential_bad',
    'its status is not a place in a status list',
  );
  return { uri, idx };
}

/** What a credential says of its subject, member by member. */
export const subjectClaims = (claims: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(claims).filter(([name]) => !technical.has(name)));
