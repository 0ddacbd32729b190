import { random } from './base64url';
import { accept, issuerKeys, subjectClaims, type Credential } from './credential';
import { need } from './fault';
import { answer, type Token } from './grant';
import type { Configuration, Issuer } from './issuer';
import { newSigner, publicJwk, sign, thumbprint, type Signer } from './jose';
import { isObject, textOf, type JsonObject } from './json';
import { namesOf } from './names';
import { send, type World } from './net';
import type { Card } from './card';

/** Fetching a credential (OpenID4VCI §7, 8, 11): a batch of copies, each with a key of its own, verified before it is kept. */

export async function fetchCard(
  world: World,
  issuer: Issuer,
  token: Token,
  wanted: Configuration,
): Promise<{ card: Card; told: (event: Outcome) => Promise<void> }> {
  const signers = await Promise.all(Array.from({ length: issuer.batch }, newSigner));
  const body = await ask(world, issuer, token, wanted, signers, await nonceOf(world, issuer));
  const told = (event: Outcome): Promise<void> => notify(world, issuer, token, textOf(body, 'notification_id'), event);
  try {
    return { card: await cardOf(world, issuer, wanted, signers, body), told };
  } catch (cause) {
    await told('credential_failure');
    throw cause;
  }
}

async function nonceOf(world: World, issuer: Issuer): Promise<string | undefined> {
  if (!issuer.nonce_endpoint) return undefined;
  const body = await answer(
    await send(world, issuer.nonce_endpoint, { method: 'POST', headers: { accept: 'application/json' } }),
    'issuer_refused',
  );
  const nonce = textOf(body, 'c_nonce');
  need(nonce, 'answer_unreadable', 'the nonce endpoint gives no nonce');
  return nonce;
}

async function ask(
  world: World,
  issuer: Issuer,
  token: Token,
  wanted: Configuration,
  signers: Signer[],
  nonce: string | undefined,
): Promise<JsonObject> {
  const proofs = signers.map(async ({ privateKey, publicKey }) =>
    sign(
      privateKey,
      { typ: 'openid4vci-proof+jwt', jwk: await publicJwk(publicKey) },
      { aud: issuer.id, iat: world.now(), ...(nonce ? { nonce } : {}) },
    ),
  );
  const identifier = token.identifiers.get(wanted.id);
  const request = {
    ...(identifier ? { credential_identifier: identifier } : { credential_configuration_id: wanted.id }),
    proofs: { jwt: await Promise.all(proofs) },
  };
  return answer(await post(world, token, issuer.credential_endpoint, JSON.stringify(request)), 'issuer_refused');
}

const json = { 'content-type': 'application/json', accept: 'application/json' };

const post = (world: World, token: Token, address: string, body: string): Promise<Response> =>
  token.dpop
    ? token.dpop.post(world, address, json, body, token.value)
    : send(world, address, { method: 'POST', headers: { ...json, authorization: `Bearer ${token.value}` }, body });

async function cardOf(world: World, issuer: Issuer, wanted: Configuration, signers: Signer[], body: JsonObject): Promise<Card> {
  const given = Array.isArray(body['credentials']) ? body['credentials'].filter(isObject).map((each) => textOf(each, 'credential')) : [];
  need(given.length > 0 && given.length <= signers.length, 'answer_unreadable', 'there are no credentials, or more than proofs');
  const keys = await issuerKeys(world, issuer.id);
  const unused = new Map(
    await Promise.all(signers.map(async (each) => [await thumbprint(await publicJwk(each.publicKey)), each] as const)),
  );
  const copies: { text: string; credential: Credential; signer: Signer }[] = [];
  for (const text of given) {
    need(text, 'answer_unreadable', 'a credential is not a text');
    const credential = await accept(text, issuer.id, wanted.vct, keys, world.now());
    const signer = unused.get(credential.holder);
    need(signer && unused.delete(credential.holder), 'credential_bad', 'it is not bound to a key that was proved, or two are bound to one');
    copies.push({ text, credential, signer });
  }
  const first = copies[0]?.credential;
  need(first && copies.every(({ credential }) => isAlike(credential, first)), 'credential_bad', 'the copies do not say the same');
  return {
    id: random(16),
    issuer: { id: issuer.id, name: issuer.name, host: issuer.host },
    vct: first.vct,
    names: await namesOf(world, first.vct, first.sd_jwt.claims, wanted.names),
    claims: first.sd_jwt.claims,
    expires: first.expires,
    received_at: world.now(),
    copies: copies.map(({ text, credential, signer }) => ({ id: random(16), text, status: credential.status, key: signer.privateKey })),
    last_status: first.status,
    shown: [],
  };
}

/** Copies differ in key, salt and place in the status list; what they say of the person, and what of it can be withheld, must be one. */
const isAlike = (one: Credential, other: Credential): boolean => shape(one) === shape(other);

const shape = ({ sd_jwt }: Credential): string => canonical([subjectClaims(sd_jwt.claims), sd_jwt.places.map(canonical).sort()]);

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (isObject(value))
    return `{${Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`)
      .join(',')}}`;
  return JSON.stringify(value);
}

export type Outcome = 'credential_accepted' | 'credential_failure' | 'credential_deleted';

/** Tells the issuer what became of it (§11). That it does not hear changes nothing for the person. */
async function notify(world: World, issuer: Issuer, token: Token, notification_id: string | undefined, event: Outcome): Promise<void> {
  if (!issuer.notification_endpoint || !notification_id) return;
  await post(world, token, issuer.notification_endpoint, JSON.stringify({ notification_id, event })).catch(() => undefined);
}
