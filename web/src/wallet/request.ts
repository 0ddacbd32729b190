import type { Text } from '../api/types';
import { random } from './base64url';
import { parseQuery, type Query } from './dcql';
import { need, WalletFault } from './fault';
import { contentFor, encryptionKey, type Content } from './jwe';
import { inTime, keyOf, parseJws, verify, type Jwk } from './jose';
import { isObject, readObject, textOf, textsOf, type Json, type JsonObject } from './json';
import { form, getObject, getText, parametersOf, postForm, safe, type World } from './net';

/** The verifier's request (OpenID4VP §5, RFC 9101): read, and believed only as far as it is signed. */

export type Verifier = {
  /** `client_id`, the audience of what is shown. */
  id: string;
  host: string;
  /** What it calls itself; only a signed request may. */
  name: Text | undefined;
  signed: boolean;
};
export type Request = {
  verifier: Verifier;
  purpose: Text | undefined;
  response_uri: string;
  encrypted: { key: Jwk; content: Content } | undefined;
  nonce: string;
  state: string | undefined;
  query: Query;
  /** The query as it stands in the request, to look up what is published of it. */
  dcql: Json;
  /** Seconds since 1970. */
  expires: number | undefined;
};

const did_prefix = 'decentralized_identifier:';
const redirect_prefix = 'redirect_uri:';
const accept = 'application/oauth-authz-req+jwt';

/** Reads our own address's query, a link of any scheme, or a pasted one. */
export async function readRequest(world: World, given: string): Promise<Request> {
  const text = given.trim();
  const at = text.indexOf('?');
  need(at >= 0, 'link_unknown', 'it has no query');
  const parameters = parametersOf(text.slice(at).split('#')[0] ?? '');
  const client = parameters.get('client_id');
  need(client, 'link_unknown', 'it names no client_id');
  const [inline, reference] = [parameters.get('request'), parameters.get('request_uri')];
  need(inline === undefined || reference === undefined, 'link_unknown', 'the request is there twice');
  if (inline !== undefined) return signed(world, client, inline);
  if (reference !== undefined) {
    // With our own nonce in it a signed request can't be an old one (§5.10); a wallet may always fetch with GET.
    const nonce = parameters.get('request_uri_method') === 'post' ? random(16) : undefined;
    const text_of =
      nonce === undefined ? getText(world, reference, accept) : postForm(world, reference, accept, form({ wallet_nonce: nonce }));
    return signed(world, client, await text_of, nonce);
  }
  return open(client, parameters);
}

/** A request that the verifier signed with a key of its DID. */
async function signed(world: World, client: string, text: string, nonce?: string): Promise<Request> {
  need(!client.startsWith(redirect_prefix), 'request_bad', 'a client of redirect_uri can’t sign');
  need(client.startsWith(did_prefix), 'verifier_unsupported', 'its client_id is not a decentralized_identifier');
  const did = client.slice(did_prefix.length);
  const jws = parseJws(text, 'request_bad');
  need(jws.header['typ'] === 'oauth-authz-req+jwt', 'request_bad', 'its typ is not oauth-authz-req+jwt');
  const { origin, host, keys } = await resolve(world, did);
  need(typeof jws.header['kid'] === 'string' && jws.header['kid'].startsWith(`${did}#`), 'request_bad', 'its key is not the verifier’s');
  await verify(jws, keyOf(keys, jws, 'request_bad'), 'request_bad');
  const { payload } = jws;
  need(payload['client_id'] === client, 'request_bad', 'the signed request is of another client than its link');
  need(nonce === undefined || payload['wallet_nonce'] === nonce, 'request_bad', 'it was not signed for this wallet now');
  const audience = payload['aud'];
  need(audience === undefined || audience === 'https://self-issued.me/v2', 'request_bad', 'it is meant for another wallet');
  inTime(payload, world.now(), 'request_bad', 'request_expired');
  const request = read(payload, { id: client, host, name: textTagged(payload['client_metadata'], 'client_name'), signed: true });
  need(new URL(request.response_uri).origin === origin, 'response_foreign', 'response_uri is not the verifier’s');
  return request;
}

/** A request in the open: all that is known is where the answer goes. */
function open(client: string, parameters: ReadonlyMap<string, string>): Request {
  need(
    client.startsWith(redirect_prefix),
    client.startsWith(did_prefix) ? 'request_unsigned' : 'verifier_unsupported',
    'only a client of redirect_uri may ask without signing',
  );
  const members: JsonObject = Object.fromEntries(parameters);
  for (const name of ['dcql_query', 'client_metadata']) {
    const text = parameters.get(name);
    if (text !== undefined) members[name] = readObject(text, 'request_bad', name);
  }
  const address = client.slice(redirect_prefix.length);
  const request = read(members, { id: client, host: safe(address).host, name: undefined, signed: false });
  need(request.response_uri === address, 'response_foreign', 'response_uri is not the one that client_id names');
  return request;
}

function read(claims: JsonObject, verifier: Verifier): Request {
  need(claims['response_type'] === 'vp_token', 'request_bad', 'response_type is not vp_token');
  const mode = claims['response_mode'];
  need(mode === 'direct_post' || mode === 'direct_post.jwt', 'request_bad', 'response_mode is not direct_post or direct_post.jwt');
  need(claims['redirect_uri'] === undefined, 'request_bad', 'redirect_uri does not go with direct_post');
  // What this wallet does not understand it must not sign away.
  need(claims['transaction_data'] === undefined, 'query_unsupported', 'transaction_data are not supported');
  need(claims['dcql_query'] !== undefined && claims['scope'] === undefined, 'query_unsupported', 'there is no dcql_query');
  const [response_uri, nonce] = [textOf(claims, 'response_uri'), textOf(claims, 'nonce')];
  need(response_uri && nonce, 'request_bad', 'response_uri or nonce is missing');
  safe(response_uri);
  const metadata = isObject(claims['client_metadata']) ? claims['client_metadata'] : undefined;
  return {
    verifier,
    purpose: verifier.signed ? textTagged(metadata, 'purpose') : undefined,
    response_uri,
    encrypted: mode === 'direct_post.jwt' ? encryption(metadata) : undefined,
    nonce,
    state: textOf(claims, 'state'),
    query: parseQuery(claims['dcql_query']),
    dcql: claims['dcql_query'],
    expires: typeof claims['exp'] === 'number' ? claims['exp'] : undefined,
  };
}

function encryption(metadata: JsonObject | undefined): { key: Jwk; content: Content } {
  const jwks = metadata?.['jwks'];
  const keys = isObject(jwks) && Array.isArray(jwks['keys']) ? jwks['keys'].filter(isObject) : [];
  return { key: encryptionKey(keys), content: contentFor(textsOf(metadata?.['encrypted_response_enc_values_supported'])) };
}

/** `did:web`: the keys lie with the host that the DID names. Other methods would need a registry that this wallet does not know. */
async function resolve(world: World, did: string): Promise<{ origin: string; host: string; keys: Jwk[] }> {
  const [scheme, method, authority, ...path] = did.split(':');
  need(scheme === 'did' && method === 'web' && authority, 'verifier_unsupported', 'its DID is not a did:web');
  const host = decoded(authority);
  const scheme_of = /^(localhost|127\.0\.0\.1)(:\d+)?$/.test(host) ? 'http' : 'https';
  const base = safe(`${scheme_of}://${host}`);
  need(base.host === host.toLowerCase() && path.every((part) => part !== ''), 'request_bad', 'its DID names no host');
  const place = path.length === 0 ? '/.well-known' : `/${path.map((part) => encodeURIComponent(decoded(part))).join('/')}`;
  const document = await getObject(world, `${base.origin}${place}/did.json`);
  need(document['id'] === did, 'request_bad', 'the DID document is of another DID');
  const methods: Json[] = Array.isArray(document['verificationMethod']) ? document['verificationMethod'] : [];
  const keys = methods.filter(isObject).flatMap((each) => {
    const [id, key] = [textOf(each, 'id'), each['publicKeyJwk']];
    return id && isObject(key) ? [{ ...key, kid: id.startsWith('#') ? did + id : id }] : [];
  });
  return { origin: base.origin, host, keys };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new WalletFault('request_bad', 'its DID has a broken escape');
  }
}

/** A text with language tags as OpenID writes them: `client_name`, `client_name#th`. */
function textTagged(metadata: Json | undefined, name: string): Text | undefined {
  const [plain, th, en] = [name, `${name}#th`, `${name}#en`].map((each) => textOf(metadata, each)?.slice(0, 400));
  const any = plain ?? en ?? th;
  return any === undefined ? undefined : { th: th ?? any, en: en ?? any };
}
