// A national identity provider for the tests of rooms/people, and to try the demonstration: the npm package `oidc-provider`, which knows
// nothing of Sala. Its sign-in page takes any of the people below, with any password.
//
//   node rooms/people/tests/oidc/provider.js                       beside a hall of profiles/demo on http://localhost:8080 that was
//                                                                  started with SALA_DEMO_ID_CLIENT_ID=sala
//   node rooms/people/tests/oidc/provider.js '{"port":…, …}'       as the tests start it
//
// Two shapes: `thaid` (a shared secret, claims from UserInfo, RS256) and `fapi` (FAPI 2.0: pushed requests, private_key_jwt, DPoP with
// nonces, ES256 ID tokens in an ECDH-ES envelope).
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import process from 'node:process';

import Provider from 'oidc-provider';

const PEOPLE = {
  somchai: { pid: '1-1017-00203-45-1', name: 'สมชาย ใจดี', ial: '2.3' },
  // A foreign resident: there is no number.
  maria: { name: 'Maria Lopez', ial: '2.3' },
  // The same human as somchai in another register's eyes, with another subject.
  somchai2: { pid: '1101700203451', name: 'สมชาย ใจดี', ial: '2.1' },
  weak: { name: 'Someone', ial: '1.1' },
};

const given = JSON.parse(process.argv[2] ?? '{}');
const port = given.port ?? 9010;
const shape = given.shape ?? 'fapi';
const client_id = given.client_id ?? 'sala';
const redirect_uri = given.redirect_uri ?? 'http://localhost:8080/identity/demo-id/callback';
const issuer = `http://localhost:${port}`;

const key = (type, options, alg) => {
  const { privateKey } = generateKeyPairSync(type, options);
  return { ...privateKey.export({ format: 'jwk' }), alg, use: 'sig' };
};

// A provider fetches the keys of its clients; from plain http it would not, so that is done here.
const keysOfTheHall = async () => {
  const address = 'http://localhost:8080/api/v1/identity/demo-id/jwks';
  for (;;) {
    const answer = await fetch(address).catch(() => undefined);
    if (answer?.ok) return answer.json();
    console.log(`waiting for ${address}`);
    await new Promise((done) => setTimeout(done, 2000));
  }
};

const common = {
  client_id,
  redirect_uris: [redirect_uri],
  response_types: ['code'],
  grant_types: ['authorization_code'],
};

const shapes = {
  thaid: {
    client: {
      ...common,
      client_secret: given.secret ?? 'secret',
      token_endpoint_auth_method: 'client_secret_basic',
      id_token_signed_response_alg: 'RS256',
    },
    conformIdTokenClaims: true,
    features: {},
  },
  fapi: {
    client: {
      ...common,
      jwks: given.jwks ?? (shape === 'fapi' ? await keysOfTheHall() : undefined),
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256',
      id_token_signed_response_alg: 'ES256',
      id_token_encrypted_response_alg: 'ECDH-ES+A256KW',
      id_token_encrypted_response_enc: 'A256GCM',
      dpop_bound_access_tokens: true,
    },
    conformIdTokenClaims: false,
    enabledJWA: { idTokenEncryptionAlgValues: ['ECDH-ES+A256KW'] },
    features: {
      fapi: { enabled: true, profile: '2.0' },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true },
      encryption: { enabled: true },
    },
  },
};

const { client, conformIdTokenClaims, enabledJWA, features } = shapes[shape];
const provider = new Provider(issuer, {
  clients: [client],
  jwks: { keys: [key('rsa', { modulusLength: 2048 }, 'RS256'), key('ec', { namedCurve: 'P-256' }, 'ES256')] },
  cookies: { keys: [randomBytes(16).toString('hex')] },
  claims: { openid: ['sub'], profile: ['name'], pid: ['pid'], ial: ['ial'] },
  conformIdTokenClaims,
  ...(enabledJWA && { enabledJWA }),
  features: { devInteractions: { enabled: true }, ...features },
  findAccount: (_, id) => (Object.hasOwn(PEOPLE, id) ? { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) } : undefined),
});
provider.on('server_error', (_, error) => console.error(error));
for (const event of ['pushed_authorization_request.error', 'grant.error', 'authorization.error', 'userinfo.error']) {
  provider.on(event, (_, error) => console.error(event, error.message, error.error_description, error.error_detail));
}
provider.listen(port, '127.0.0.1', () => console.log(`ready at ${issuer}`));
// The test that started it went away.
if (process.argv[2]) process.stdin.on('end', () => process.exit(0)).resume();
