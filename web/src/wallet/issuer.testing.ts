import { createHash, randomBytes } from 'node:crypto';
import { Oauth2AuthorizationServer, type CallbackContext } from '@openid4vc/oauth2';
import { Openid4vciIssuer } from '@openid4vc/openid4vci';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import * as jose from 'jose';
import type { World } from './net';
import { pre_authorized } from './offer';

/** An issuer that owes nothing to our code: OpenID4VCI and OAuth by npm @openid4vc, SD-JWT VC by npm @sd-jwt, JOSE by npm jose. */

export const now = 1_795_000_000;
export const id = 'https://hall.example';
export const vct = `${id}/credential-types/resident`;
export const list = `${id}/credential-status/1`;
const pin = '493536';

export const claims = {
  given_name: 'สมชาย',
  family_name: 'ใจดี',
  birth_year: 1990,
  address: { province: 'เชียงใหม่', district: 'แม่ริม' },
  languages: ['th', 'nod'],
};
const frame = {
  _sd: ['given_name', 'family_name', 'address', 'birth_year'],
  address: { _sd: ['province', 'district'] },
  languages: { _sd: [0, 1] },
};

const sha256 = (data: string | ArrayBuffer, alg: string): Uint8Array =>
  new Uint8Array(
    createHash(alg.replace('-', ''))
      .update(typeof data === 'string' ? data : Buffer.from(data))
      .digest(),
  );

export const callbacks: CallbackContext = {
  hash: (data, alg) => new Uint8Array(createHash(alg.replace('-', '')).update(data).digest()),
  generateRandom: (length) => new Uint8Array(randomBytes(length)),
  clientAuthentication: () => undefined,
  signJwt: () => Promise.reject(new Error('not here')),
  decryptJwe: () => Promise.reject(new Error('not here')),
  encryptJwe: () => Promise.reject(new Error('not here')),
  verifyJwt: async (signer, { compact }) => {
    if (!('publicJwk' in signer)) return { verified: false };
    try {
      await jose.compactVerify(compact, await jose.importJWK(signer.publicJwk as jose.JWK, signer.alg));
      return { verified: true, signerJwk: signer.publicJwk };
    } catch {
      return { verified: false };
    }
  },
};

export type Change = {
  /** Changes what an address answers. */
  page?: (address: string, body: unknown) => unknown;
  /** Changes what is signed into a credential. */
  payload?: (payload: Record<string, unknown>) => Record<string, unknown>;
  typ?: string;
  /** Which claims the copy of this number can withhold. */
  hides?: (at: number) => Record<string, unknown> | undefined;
  alg?: 'ES256' | 'EdDSA' | 'ES384';
  nonces?: boolean;
  bearer?: boolean;
  statuses?: number[];
};

export async function makeIssuer(change: Change = {}) {
  const alg = change.alg ?? 'ES256';
  const pair = await jose.generateKeyPair(alg, { extractable: true });
  const key = { ...(await jose.exportJWK(pair.publicKey)), kid: 'key-1', alg, use: 'sig' };
  const server = new Oauth2AuthorizationServer({ callbacks });
  const issuer = new Openid4vciIssuer({ callbacks });
  const metadata = issuer.createCredentialIssuerMetadata({
    credential_issuer: id,
    credential_endpoint: `${id}/openid4vci/credential`,
    nonce_endpoint: `${id}/openid4vci/nonce`,
    notification_endpoint: `${id}/openid4vci/notification`,
    batch_credential_issuance: { batch_size: 3 },
    display: [
      { name: 'ศาลาตัวอย่าง', locale: 'th-TH' },
      { name: 'Example hall', locale: 'en' },
    ],
    credential_configurations_supported: {
      resident: {
        ...{
          format: 'dc+sd-jwt',
          vct,
          scope: 'resident',
          cryptographic_binding_methods_supported: ['jwk'],
          credential_signing_alg_values_supported: [alg],
        },
        proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
        credential_metadata: { display: [{ name: 'Resident', locale: 'en' }] },
      },
    },
  });
  const server_metadata = server.createAuthorizationServerMetadata({
    issuer: id,
    token_endpoint: `${id}/openid4vci/token`,
    authorization_endpoint: `${id}/authorize`,
    pushed_authorization_request_endpoint: `${id}/openid4vci/par`,
    code_challenge_methods_supported: ['S256'],
    ...(change.bearer ? {} : { dpop_signing_alg_values_supported: ['ES256'] }),
  });
  const authorizationServers = [server_metadata];
  const seen = {
    events: [] as string[],
    copies: 0,
    par: {} as Record<string, unknown>,
    thumbprint: '',
    dpop_nonces: 0,
    nonce: '',
    token: 'a-token',
    cookies: 0,
  };
  const offer_of = (grants: Parameters<typeof issuer.createCredentialOffer>[0]['grants']) =>
    issuer.createCredentialOffer({
      issuerMetadata: {
        originalDraftVersion: 'V1',
        credentialIssuer: metadata,
        authorizationServers,
        knownCredentialConfigurations: {},
      } as never,
      credentialConfigurationIds: ['resident'],
      grants,
    });
  const offer = await offer_of({
    [pre_authorized]: { 'pre-authorized_code': 'the-code', tx_code: { input_mode: 'numeric', length: 6, description: 'On paper' } },
  } as never);
  const sign_in_offer = await offer_of({ authorization_code: { issuer_state: 'began-here' } });

  async function credential(jwk: unknown, at: number): Promise<string> {
    const sign = async (data: string): Promise<string> => {
      const signature = await crypto.subtle.sign(
        alg === 'EdDSA' ? 'Ed25519' : { name: 'ECDSA', hash: alg === 'ES384' ? 'SHA-384' : 'SHA-256' },
        pair.privateKey,
        Buffer.from(data),
      );
      return Buffer.from(signature).toString('base64url');
    };
    const sdjwt = new SDJwtVcInstance({
      hasher: sha256,
      hashAlg: 'sha-256',
      saltGenerator: (length) => randomBytes(length).toString('base64url'),
      signAlg: alg,
      signer: sign,
    });
    const payload = { iss: id, vct, iat: now, exp: now + 86_400, cnf: { jwk }, status: { status_list: { uri: list, idx: at } }, ...claims };
    return sdjwt.issue((change.payload?.(payload) ?? payload) as never, (change.hides?.(at) ?? frame) as never, {
      header: { kid: 'key-1', typ: change.typ ?? 'dc+sd-jwt' },
    });
  }

  const request = (address: string, init: RequestInit) => ({ url: address, method: 'POST' as const, headers: new Headers(init.headers) });
  const answer = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
    new Response(typeof body === 'string' ? body : JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/json', ...headers },
    });
  const time = new Date(now * 1000);

  async function token(address: string, init: RequestInit): Promise<Response> {
    const body = Object.fromEntries(new URLSearchParams(String(init.body)));
    const read = server.parseAccessTokenRequest({ request: request(address, init), accessTokenRequest: body });
    if (change.nonces && seen.dpop_nonces++ === 0) return answer({ error: 'use_dpop_nonce' }, 400, { 'dpop-nonce': 'fresh' });
    const shared = {
      authorizationServerMetadata: server_metadata,
      accessTokenRequest: read.accessTokenRequest,
      request: request(address, init),
      now: time,
    };
    const dpop = change.bearer
      ? {}
      : { dpop: { jwt: read.dpop?.jwt ?? '', required: true, ...(change.nonces ? { expectedNonce: 'fresh' } : {}) } };
    try {
      const verified =
        read.grant.grantType === pre_authorized
          ? await server.verifyPreAuthorizedCodeAccessTokenRequest({
              ...shared,
              ...dpop,
              grant: read.grant as never,
              expectedPreAuthorizedCode: 'the-code',
              expectedTxCode: pin,
            })
          : await server.verifyAuthorizationCodeAccessTokenRequest({
              ...{ ...shared, ...dpop, grant: read.grant as never, expectedCode: 'the-answer' },
              pkce: {
                codeVerifier: read.pkceCodeVerifier ?? '',
                codeChallenge: String(seen.par['code_challenge']),
                codeChallengeMethod: 'S256' as never,
              },
            });
      seen.thumbprint = verified.dpop?.jwkThumbprint ?? '';
    } catch {
      return answer({ error: 'invalid_grant' }, 400);
    }
    return answer({ access_token: seen.token, token_type: change.bearer ? 'Bearer' : 'DPoP', expires_in: 300 });
  }

  async function credentials(address: string, init: RequestInit): Promise<Response> {
    if (!change.bearer) {
      const dpopJwt = new Headers(init.headers).get('dpop') ?? '';
      await server.verifyDpopJwt({
        dpopJwt,
        request: request(address, init),
        accessToken: seen.token,
        expectedJwkThumbprint: seen.thumbprint,
        now: time,
      });
    }
    if (new Headers(init.headers).get('authorization') !== `${change.bearer ? 'Bearer' : 'DPoP'} ${seen.token}`)
      return answer({ error: 'invalid_token' }, 401);
    const issuerMetadata = {
      originalDraftVersion: 'V1',
      credentialIssuer: metadata,
      authorizationServers,
      knownCredentialConfigurations: issuer.getKnownCredentialConfigurationsSupported(metadata),
    } as never;
    const read = issuer.parseCredentialRequest({ credentialRequest: JSON.parse(String(init.body)) as never, issuerMetadata });
    const made = [];
    for (const jwt of read.proofs?.jwt ?? []) {
      const proof = await issuer.verifyCredentialRequestJwtProof({ jwt, expectedNonce: seen.nonce, issuerMetadata, now: time });
      made.push({ credential: await credential(proof.header.jwk, made.length) });
    }
    seen.copies = made.length;
    // Another order than asked: a wallet goes by the key, not by the place.
    return answer({ credentials: made.reverse(), notification_id: 'note-1' });
  }

  const pages: Record<string, () => unknown> = {
    [`${id}/.well-known/openid-credential-issuer`]: () => metadata,
    [`${id}/.well-known/oauth-authorization-server`]: () => server_metadata,
    [`${id}/.well-known/jwt-vc-issuer`]: () => ({ issuer: id, jwks: { keys: [key] } }),
    [`${id}/openid4vci/offers/1`]: () => offer.credentialOfferObject,
    [vct]: () => ({
      vct,
      display: [
        { lang: 'th', name: 'บัตรผู้อยู่อาศัย', description: 'อยู่ที่นี่' },
        { locale: 'en-GB', name: 'Resident card' },
      ],
      claims: [
        {
          path: ['given_name'],
          display: [
            { locale: 'th', label: 'ชื่อ' },
            { locale: 'en', label: 'Given name' },
          ],
        },
        { path: ['languages', null], display: [{ locale: 'en', label: 'Languages' }] },
      ],
    }),
  };

  async function fetch(address: string, init: RequestInit): Promise<Response> {
    if (init.credentials !== 'omit') seen.cookies += 1;
    const path = address.slice(id.length);
    if (address.startsWith(id) && init.method === 'POST') {
      if (path === '/openid4vci/token') return token(address, init);
      if (path === '/openid4vci/credential') return credentials(address, init);
      if (path === '/openid4vci/nonce') return answer({ c_nonce: (seen.nonce = randomBytes(16).toString('base64url')) });
      if (path === '/openid4vci/notification') {
        seen.events.push((JSON.parse(String(init.body)) as { event: string }).event);
        return new Response(null, { status: 204 });
      }
      if (path === '/openid4vci/par') {
        const authorizationRequest = Object.fromEntries(new URLSearchParams(String(init.body)));
        const read = await server.parsePushedAuthorizationRequest({ request: request(address, init), authorizationRequest });
        await server.verifyPushedAuthorizationRequest({
          ...{
            authorizationRequest: read.authorizationRequest,
            authorizationServerMetadata: server_metadata,
            request: request(address, init),
            now: time,
          },
          dpop: { required: true, ...read.dpop },
        });
        seen.par = read.authorizationRequest;
        return answer({ request_uri: 'urn:ietf:params:oauth:request_uri:1', expires_in: 60 }, 201);
      }
    }
    if (address === list) return answer(await statusToken(change.statuses ?? [0, 0, 0]));
    const page = pages[address]?.();
    const changed = change.page ? change.page(address, page) : page;
    return changed === undefined ? answer({}, 404) : answer(changed);
  }

  async function statusToken(statuses: number[]): Promise<string> {
    const { deflateSync } = await import('node:zlib');
    const bytes = Buffer.alloc(16);
    for (const [at, value] of statuses.entries()) bytes[at >> 3] = (bytes[at >> 3] ?? 0) | (value << (at & 7));
    const status_list = { bits: 1, lst: deflateSync(bytes).toString('base64url') };
    return new jose.SignJWT({ sub: list, iat: now, exp: now + 60, status_list })
      .setProtectedHeader({ alg, typ: 'statuslist+jwt', kid: 'key-1' })
      .sign(pair.privateKey);
  }

  const world: World = { fetch, now: () => now };
  return {
    world,
    seen,
    pin,
    keys: [key] as never,
    offer: offer.credentialOffer,
    sign_in_offer: sign_in_offer.credentialOffer,
    by_reference: `openid-credential-offer://?credential_offer_uri=${encodeURIComponent(`${id}/openid4vci/offers/1`)}`,
  };
}
