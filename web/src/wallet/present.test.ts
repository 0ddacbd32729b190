// @vitest-environment node
import { createHash } from 'node:crypto';
import { Openid4vpVerifier } from '@openid4vc/openid4vp';
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc';
import * as jose from 'jose';
import { expect, it } from 'vitest';
import type { Card } from './card';
import { plan } from './dcql';
import { WalletFault } from './fault';
import { redeem } from './grant';
import { meet } from './issuer';
import { callbacks, claims, id, makeIssuer, now, vct } from './issuer.testing';
import { contentFor, derive, encrypt, encryptionKey } from './jwe';
import type { World } from './net';
import { readOffer } from './offer';
import { present, refuse, type Agreed } from './present';
import { fetchCard } from './receive';
import { readRequest } from './request';
import { toUrl } from './base64url';

/** A verifier that owes nothing to our code: OpenID4VP by npm @openid4vc, JOSE by npm jose, SD-JWT VC by npm @sd-jwt. */

const host = 'https://desk.example';
const did = 'did:web:desk.example';
const client_id = `decentralized_identifier:${did}`;
const response_uri = `${host}/openid4vp/responses/1`;
const dcql_query = {
  credentials: [{ id: 'home', format: 'dc+sd-jwt', meta: { vct_values: [vct] }, claims: [{ path: ['address', 'province'] }] }],
};

async function makeVerifier(
  more: Record<string, unknown> = {},
  change: { kid?: string; alg?: string; typ?: string; seconds?: number; signed?: Record<string, unknown>; by?: jose.CryptoKey } = {},
) {
  const signing = await jose.generateKeyPair('ES256', { extractable: true });
  const reading = await jose.generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  const jwks = { keys: [{ ...(await jose.exportJWK(reading.publicKey)), kid: 'e-1', use: 'enc', alg: 'ECDH-ES' }] };
  const client_metadata = {
    jwks,
    encrypted_response_enc_values_supported: ['A256GCM'],
    vp_formats_supported: { 'dc+sd-jwt': {} },
    client_name: 'Desk',
    'client_name#th': 'โต๊ะ',
  };
  const payload = {
    response_type: 'vp_token',
    client_id,
    response_uri,
    response_mode: 'direct_post.jwt',
    nonce: 'n-0S6_WzA2Mj0123',
    state: 's&1',
    dcql_query,
    client_metadata,
    ...more,
  };
  const own: typeof callbacks = {
    ...callbacks,
    signJwt: async (_, { header, payload: content }) => ({
      jwt: await new jose.SignJWT({ ...(content as jose.JWTPayload), iat: now, exp: now + (change.seconds ?? 300), ...change.signed })
        .setProtectedHeader({ ...header, typ: change.typ ?? header.typ, kid: change.kid ?? `${did}#key-1` } as jose.JWTHeaderParameters)
        .sign(change.by ?? signing.privateKey),
      signerJwk: {} as never,
    }),
    decryptJwe: async (jwe) => {
      const { plaintext } = await jose.compactDecrypt(jwe, reading.privateKey);
      return { decrypted: true, decryptionJwk: jwks.keys[0] as never, payload: new TextDecoder().decode(plaintext) };
    },
  };
  const verifier = new Openid4vpVerifier({ callbacks: own });
  const made = await verifier.createOpenId4vpAuthorizationRequest({
    authorizationRequestPayload: payload as never,
    jar: {
      jwtSigner: { method: 'did', didUrl: `${did}#key-1`, alg: 'ES256' },
      requestUri: `${host}/openid4vp/requests/1`,
      expiresInSeconds: 300,
      additionalJwtPayload: { aud: 'https://self-issued.me/v2' },
    },
    now: new Date(now * 1000),
  });
  const document = {
    id: did,
    verificationMethod: [
      { id: `${did}#key-1`, type: 'JsonWebKey2020', controller: did, publicKeyJwk: await jose.exportJWK(signing.publicKey) },
    ],
  };
  let posted: Record<string, string> | undefined;
  const world: World = {
    now: () => now,
    fetch: (address, init) => {
      if (address === `${host}/openid4vp/requests/1`) return Promise.resolve(new Response(made.jar?.authorizationRequestJwt));
      if (address === `${host}/.well-known/did.json`) return Promise.resolve(Response.json(document));
      if (init.method !== 'POST') return Promise.resolve(new Response('', { status: 404 }));
      posted = Object.fromEntries(new URLSearchParams(String(init.body)));
      return Promise.resolve(Response.json({ redirect_uri: `${host}/thanks` }));
    },
  };
  const received = async () => {
    const parsed = await verifier.parseOpenid4vpAuthorizationResponse({
      authorizationRequestPayload: payload as never,
      authorizationResponse: posted ?? {},
      callbacks: own,
    });
    const { vp_token, state } = parsed.authorizationResponsePayload as { vp_token: unknown; state?: string };
    return { vp_token: (typeof vp_token === 'string' ? JSON.parse(vp_token) : vp_token) as Record<string, string[]>, state };
  };
  return { world, link: made.authorizationRequest, received, posted: () => posted };
}

async function cards(): Promise<{ card: Card; issuer: Awaited<ReturnType<typeof makeIssuer>> }> {
  const issuer = await makeIssuer();
  const offer = await readOffer(issuer.world, issuer.offer);
  const met = await meet(issuer.world, offer);
  const [wanted] = met.offered;
  if (!wanted) throw new Error('nothing is offered');
  const { card } = await fetchCard(issuer.world, met, await redeem(issuer.world, offer, met.server, 'w', issuer.pin), wanted);
  return { card, issuer };
}
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing went wrong',
    (cause: unknown) => (cause instanceof WalletFault ? cause.code : String(cause)),
  );

it('shows one claim to a verifier that signed its request, sealed for it, bound to it, and nothing else', async () => {
  const [{ card, issuer }, verifier] = [await cards(), await makeVerifier()];
  const request = await readRequest(verifier.world, verifier.link);
  expect(request.verifier).toEqual({ id: client_id, host: 'desk.example', name: { th: 'โต๊ะ', en: 'Desk' }, signed: true });
  const asked = plan(request.query, [card], now);
  expect(asked.choices).toEqual([{ options: [['home']], required: true, purpose: undefined }]);
  const [candidate] = asked.asked.get('home')?.candidates ?? [];
  const [copy] = card.copies;
  const paths = candidate?.ways[0] ?? [];
  expect(paths).toEqual([['address', 'province']]);
  if (!copy) throw new Error('no copy');
  expect(await present(verifier.world, request, [{ id: 'home', copy, paths, bound: true }])).toBe(`${host}/thanks`);
  expect(Object.keys(verifier.posted() ?? {})).toEqual(['response']);
  const answer = await verifier.received();
  expect(answer.state).toBe('s&1');
  const [shown = ''] = answer.vp_token['home'] ?? [];

  const verify = async (jwk: unknown, data: string, signature: string) =>
    crypto.subtle.verify(
      { name: 'ECDSA', hash: 'SHA-256' },
      (await jose.importJWK(jwk as jose.JWK, 'ES256')) as CryptoKey,
      Buffer.from(signature, 'base64url'),
      Buffer.from(data),
    );
  const peer = new SDJwtVcInstance({
    hasher: (data, alg) =>
      new Uint8Array(
        createHash(alg.replace('-', ''))
          .update(typeof data === 'string' ? data : Buffer.from(data))
          .digest(),
      ),
    hashAlg: 'sha-256',
    verifier: (data, signature) => verify((issuer.keys as unknown[])[0], data, signature),
    kbVerifier: (data, signature, payload) => verify((payload as unknown as { cnf: { jwk: unknown } }).cnf.jwk, data, signature),
    statusListFetcher: async (uri) => (await issuer.world.fetch(uri, { credentials: 'omit' })).text(),
    statusVerifier: (data, signature) => verify((issuer.keys as unknown[])[0], data, signature),
  });
  const { payload, kb } = await peer.verify(shown, { currentDate: now, keyBindingNonce: 'n-0S6_WzA2Mj0123' });
  expect(payload).toMatchObject({ iss: id, vct, address: { province: claims.address.province } });
  for (const hidden of ['given_name', 'family_name', 'birth_year', 'district'])
    expect(JSON.stringify(payload)).not.toContain(`"${hidden}"`);
  expect(kb?.payload).toMatchObject({ aud: client_id, nonce: 'n-0S6_WzA2Mj0123', iat: now });
});

it('answers in the open where that is asked, and says no where the person does', async () => {
  const [{ card }, verifier] = [await cards(), await makeVerifier({ response_mode: 'direct_post' })];
  const request = await readRequest(verifier.world, verifier.link);
  const agreed: Agreed[] = card.copies.slice(0, 1).map((copy) => ({ id: 'home', copy, paths: [['address', 'province']], bound: true }));
  await present(verifier.world, request, agreed);
  expect((await verifier.received()).vp_token['home']).toHaveLength(1);
  await refuse(verifier.world, request);
  expect(verifier.posted()).toEqual({ error: 'access_denied', state: 's&1' });
  expect(await codeOf(present({ ...verifier.world, now: () => now + 301 }, request, agreed))).toBe('request_expired');
});

it('reads a request in the open of a client that is its address, and says that nobody signed it', async () => {
  const { world } = await makeVerifier();
  const members = {
    client_id: `redirect_uri:${response_uri}`,
    response_type: 'vp_token',
    response_mode: 'direct_post',
    response_uri,
    nonce: 'n-0S6_WzA2Mj0123',
    dcql_query: JSON.stringify(dcql_query),
    client_metadata: '{"client_name":"Revenue Department"}',
  };
  const link = (more: Record<string, string> = {}) => `openid4vp://?${new URLSearchParams({ ...members, ...more }).toString()}`;
  const request = await readRequest(world, link());
  // An unsigned name is anybody's claim.
  expect(request.verifier).toEqual({ id: members.client_id, host: 'desk.example', name: undefined, signed: false });
  expect(await codeOf(readRequest(world, link({ response_uri: `${host}/2` })))).toBe('response_foreign');
  expect(await codeOf(readRequest(world, link({ client_id })))).toBe('request_unsigned');
  expect(await codeOf(readRequest(world, link({ client_id: 'x509_san_dns:desk.example' })))).toBe('verifier_unsupported');
  expect(await codeOf(readRequest(world, link({ client_id: 'redirect_uri:http://desk.example' })))).toBe('address_unsafe');
  expect(await codeOf(readRequest(world, `${link()}&nonce=x`))).toBe('link_unknown');
});

it.each<[string, string, Record<string, unknown>, Parameters<typeof makeVerifier>[1]?]>([
  ['an answer to someone else', 'response_foreign', { response_uri: 'https://hell.example/1' }],
  ['an answer in the open', 'address_unsafe', {}, { signed: { response_uri: 'http://desk.example/1' } }],
  ['a request that is over', 'request_expired', {}, { seconds: -100 }],
  ['another kind of token', 'request_bad', {}, { typ: 'jwt' }],
  ['a key that is not of the verifier', 'request_bad', {}, { kid: 'did:web:hell.example#key-1' }],
  ['a key that the verifier does not publish', 'request_bad', {}, { kid: `${did}#key-2` }],
  ['an answer by redirect', 'request_bad', { redirect_uri: `${host}/x` }],
  ['what it does not understand', 'query_unsupported', {}, { signed: { transaction_data: ['x'] } }],
  ['encryption without a key', 'encryption_missing', { client_metadata: { vp_formats_supported: {} } }],
])('refuses %s', async (_, code, more, change) => {
  const made = makeVerifier(more, change);
  expect(await codeOf(made.then(({ world, link }) => readRequest(world, link)))).toBe(code);
});

it('asks for a request that was signed for it now, where the verifier can do that', async () => {
  const made = await makeVerifier();
  const link = `${made.link}&request_uri_method=post`;
  // This verifier answers a POST with the request of before, without our nonce.
  const old: World = { ...made.world, fetch: (address, init) => made.world.fetch(address, { ...init, method: 'GET' }) };
  expect(await codeOf(readRequest(old, link))).toBe('request_bad');
  const signing = await jose.generateKeyPair('ES256', { extractable: true });
  const publicKeyJwk = await jose.exportJWK(signing.publicKey);
  const fresh: World = {
    now: () => now,
    fetch: async (_address, init) => {
      if (init.method === 'GET') return Response.json({ id: did, verificationMethod: [{ id: `${did}#1`, publicKeyJwk }] });
      const wallet_nonce = new URLSearchParams(String(init.body)).get('wallet_nonce');
      const members = {
        response_type: 'vp_token',
        client_id,
        response_uri,
        response_mode: 'direct_post',
        nonce: 'n-0S6_WzA2Mj0123',
        dcql_query,
        wallet_nonce,
      };
      return new Response(
        await new jose.SignJWT(members)
          .setProtectedHeader({ alg: 'ES256', typ: 'oauth-authz-req+jwt', kid: `${did}#1` })
          .sign(signing.privateKey),
      );
    },
  };
  expect((await readRequest(fresh, link)).verifier.signed).toBe(true);
});

it('refuses a signature of another key, and a link that names another client', async () => {
  const stranger = await jose.generateKeyPair('ES256');
  const forged = await makeVerifier({}, { by: stranger.privateKey });
  expect(await codeOf(readRequest(forged.world, forged.link))).toBe('request_bad');
  const { world, link } = await makeVerifier();
  const other = link.replace('desk.example', 'hell.example');
  const reply = await world.fetch(`${host}/.well-known/did.json`, {});
  const document = JSON.stringify(await reply.json()).replaceAll('desk.example', 'hell.example');
  const spoofed: World = {
    ...world,
    fetch: (address, init) => (address.includes('hell') ? Promise.resolve(new Response(document)) : world.fetch(address, init)),
  };
  expect(await codeOf(readRequest(spoofed, other))).toBe('request_bad');
});

it('encrypts as RFC 7518 says, and for no key but P-256', async () => {
  // Appendix C.
  const shared = Uint8Array.of(
    158,
    86,
    217,
    29,
    129,
    113,
    53,
    211,
    114,
    131,
    66,
    131,
    191,
    132,
    38,
    156,
    251,
    49,
    110,
    163,
    218,
    128,
    106,
    72,
    246,
    218,
    167,
    121,
    140,
    254,
    144,
    196,
  );
  expect(toUrl(await derive(shared, 'A128GCM', 'QWxpY2U', 'Qm9i'))).toBe('VqqN6vgjbSBcIijNcacQGg');
  const pair = await jose.generateKeyPair('ECDH-ES', { crv: 'P-256', extractable: true });
  const key = (await jose.exportJWK(pair.publicKey)) as never;
  for (const content of ['A128GCM', 'A256GCM'] as const) {
    const { plaintext, protectedHeader } = await jose.compactDecrypt(await encrypt(key, content, 'สวัสดี'), pair.privateKey);
    expect([new TextDecoder().decode(plaintext), protectedHeader.enc]).toEqual(['สวัสดี', content]);
  }
  expect([contentFor([]), contentFor(['A128GCM', 'A256GCM'])]).toEqual(['A128GCM', 'A256GCM']);
  expect(() => contentFor(['A128CBC-HS256'])).toThrow('encryption_missing');
  expect(() => encryptionKey([{ kty: 'RSA' }, { kty: 'EC', crv: 'P-256', use: 'sig' }])).toThrow('encryption_missing');
  await expect(encrypt({ kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' }, 'A256GCM', 'x')).rejects.toThrow('encryption_missing');
});
