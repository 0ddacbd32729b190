import { random } from './base64url';
import { need, WalletFault, type FaultCode } from './fault';
import type { Configuration, Issuer, Server } from './issuer';
import { newSigner, publicJwk, sha256Url, sign, thumbprint, type Signer } from './jose';
import { isObject, readObject, textOf, textsOf, type JsonObject } from './json';
import { form, send, textOfReply, type World } from './net';
import { pre_authorized, type Offer } from './offer';

/** How the wallet gets an access token: with the offer's code and PIN, or after the person signed in (RFC 6749, 7636, 9126, 9449). */

export type Token = {
  value: string;
  /** The key to which it is bound; none: whoever has the token may use it. */
  dpop: Dpop | undefined;
  /** Under which names the credentials are asked for, by configuration. */
  identifiers: Map<string, string>;
};

/** Proofs of one key, with the nonce that the server wants to see next (RFC 9449 §8). */
export class Dpop {
  readonly signer: Signer;
  #nonces = new Map<string, string>();

  constructor(signer: Signer) {
    this.signer = signer;
  }

  /** Sends a POST with a proof; a server that asks for its nonce gets one more try. */
  async post(world: World, address: string, headers: Record<string, string>, body: string, token?: string): Promise<Response> {
    const { origin } = new URL(address);
    const once = async (): Promise<Response> => {
      const proof = await this.#proof(world, address, token, this.#nonces.get(origin));
      const shown: Record<string, string> = token === undefined ? { dpop: proof } : { dpop: proof, authorization: `DPoP ${token}` };
      const reply = await send(world, address, { method: 'POST', headers: { ...headers, ...shown }, body });
      const nonce = reply.headers.get('dpop-nonce');
      if (nonce) this.#nonces.set(origin, nonce);
      return reply;
    };
    const before = this.#nonces.get(origin);
    const reply = await once();
    const asks = (reply.status === 400 || reply.status === 401) && this.#nonces.get(origin) !== before;
    return asks ? once() : reply;
  }

  async #proof(world: World, address: string, token: string | undefined, nonce: string | undefined): Promise<string> {
    const { origin, pathname } = new URL(address);
    const jwk = await publicJwk(this.signer.publicKey);
    return sign(
      this.signer.privateKey,
      { typ: 'dpop+jwt', jwk },
      {
        ...{ jti: random(16), htm: 'POST', htu: origin + pathname, iat: world.now() },
        ...(token === undefined ? {} : { ath: await sha256Url(token) }),
        ...(nonce === undefined ? {} : { nonce }),
      },
    );
  }
}

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };

const post = (world: World, dpop: Dpop | undefined, address: string, body: string): Promise<Response> =>
  dpop ? dpop.post(world, address, urlencoded, body) : send(world, address, { method: 'POST', headers: urlencoded, body });

/** With the offer's code and the PIN that the person typed. */
export async function redeem(world: World, offer: Offer, server: Server, client: string, pin: string | undefined): Promise<Token> {
  const grant = offer.pre_authorized;
  need(grant, 'offer_unsupported', 'the offer has no pre-authorised code');
  const dpop = server.dpop ? new Dpop(await newSigner()) : undefined;
  const body = form({ grant_type: pre_authorized, 'pre-authorized_code': grant.code, tx_code: pin, client_id: client });
  return tokenOf(await post(world, dpop, server.token, body), dpop, grant.pin ? 'pin_wrong' : 'offer_gone');
}

/** What must be remembered while the person is away, signing in. */
export type Journey = {
  state: string;
  offer: Offer;
  configuration: string;
  server: Server;
  verifier: string;
  signer: Signer | undefined;
  client: string;
  redirect: string;
  /** Seconds since 1970. */
  left_at: number;
};

/** Pushes the request (RFC 9126) and says where to send the person. */
export async function depart(
  world: World,
  offer: Offer,
  issuer: Issuer,
  wanted: Configuration,
  client: string,
  redirect: string,
): Promise<{ to: string; journey: Journey }> {
  const { server } = issuer;
  need(offer.sign_in && server.authorization, 'offer_unsupported', 'the issuer has no page to sign in');
  const signer = server.dpop ? await newSigner() : undefined;
  const verifier = random(32);
  const state = random(16);
  const asks = {
    ...{ response_type: 'code', client_id: client, redirect_uri: redirect, state },
    ...{ code_challenge: await sha256Url(verifier), code_challenge_method: 'S256', issuer_state: offer.sign_in.issuer_state },
    ...(signer ? { dpop_jkt: await thumbprint(await publicJwk(signer.publicKey)) } : {}),
    ...(wanted.scope
      ? { scope: wanted.scope }
      : { authorization_details: JSON.stringify([{ type: 'openid_credential', credential_configuration_id: wanted.id }]) }),
  };
  const journey = { state, offer, configuration: wanted.id, server, verifier, signer, client, redirect, left_at: world.now() };
  const to = new URL(server.authorization);
  const given = new URLSearchParams(form(asks));
  if (server.pushed) {
    const reply = await post(world, signer && new Dpop(signer), server.pushed, given.toString());
    const { request_uri } = await answer(reply, 'issuer_refused');
    need(typeof request_uri === 'string', 'answer_unreadable', 'the server gives no request_uri');
    to.search = form({ client_id: client, request_uri });
  } else {
    for (const [name, value] of given) to.searchParams.set(name, value);
  }
  return { to: to.toString(), journey };
}

/** The person is back: the code is taken only for the journey that was begun here, and only from its own server (RFC 9207). */
export async function arrive(world: World, journey: Journey, back: ReadonlyMap<string, string>): Promise<Token> {
  need(back.get('state') === journey.state, 'sign_in_lost', 'state is another one');
  const from = back.get('iss') ?? (journey.server.names_itself ? undefined : journey.server.id);
  need(from === journey.server.id, 'issuer_mismatch', 'the answer is from another server');
  const code = back.get('code');
  need(!back.has('error') && code, 'sign_in_refused', back.get('error') ?? 'there is no code');
  const dpop = journey.signer && new Dpop(journey.signer);
  const body = form({
    grant_type: 'authorization_code',
    code,
    code_verifier: journey.verifier,
    redirect_uri: journey.redirect,
    client_id: journey.client,
  });
  return tokenOf(await post(world, dpop, journey.server.token, body), dpop, 'sign_in_refused');
}

/** The JSON of an answer, or the refusal in it. */
export async function answer(reply: Response, refused: FaultCode): Promise<JsonObject> {
  const text = await textOfReply(reply);
  if (reply.ok) return readObject(text, 'answer_unreadable', 'the issuer’s answer');
  let body: JsonObject = {};
  try {
    body = readObject(text, 'answer_unreadable', 'the issuer’s answer');
  } catch {
    // A refusal without words is a refusal all the same.
  }
  const error = textOf(body, 'error');
  throw new WalletFault(
    error === 'invalid_grant' ? refused : 'issuer_refused',
    textOf(body, 'error_description') ?? error ?? `status ${reply.status}`,
  );
}

async function tokenOf(reply: Response, dpop: Dpop | undefined, refused: FaultCode): Promise<Token> {
  const body = await answer(reply, refused);
  const [value, type] = [textOf(body, 'access_token'), textOf(body, 'token_type')?.toLowerCase()];
  need(value && (type === 'dpop' || type === 'bearer'), 'answer_unreadable', 'there is no token of a known type');
  need(type !== 'dpop' || dpop, 'answer_unreadable', 'the token is bound to a key that was not shown');
  const details = Array.isArray(body['authorization_details']) ? body['authorization_details'].filter(isObject) : [];
  const identifiers = details.flatMap((each) => {
    const [configuration, first] = [textOf(each, 'credential_configuration_id'), textsOf(each['credential_identifiers'])[0]];
    return configuration && first ? [[configuration, first] as const] : [];
  });
  return { value, dpop: type === 'dpop' ? dpop : undefined, identifiers: new Map(identifiers) };
}
