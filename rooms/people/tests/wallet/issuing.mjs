// An independent wallet (npm @openid4vc/openid4vci) that fetches credentials from a running hall, and independent readers of what it got
// (@sd-jwt/sd-jwt-vc, @owf/token-status-list, jose): one request as JSON on the input, one answer as JSON on the output. It reaches the
// hall at `ask.hall`, which stands for the address `ask.origin`, as behind a proxy that ends TLS.
import { createHash, createPublicKey, createVerify, randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { Openid4vciClient } from '@openid4vc/openid4vci'
import { getListFromStatusListJWT } from '@owf/token-status-list'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import * as jose from 'jose'

const hasher = (data, alg) => new Uint8Array(createHash(alg.replace('-', '')).update(data).digest())

const fetchFrom = (ask) => async (url, options) => {
  const address = String(url)
  if (!address.startsWith(`${ask.origin}/`)) throw new Error(`the wallet was sent to ${address}`)
  return fetch(ask.hall + address.slice(ask.origin.length), options)
}

// Keys by number: of the copies, and one for DPoP.
const keys = new Map()
const keyOf = async (name) => {
  if (!keys.has(name)) {
    const pair = await jose.generateKeyPair('ES256', { extractable: true })
    keys.set(name, { privateKey: pair.privateKey, publicJwk: await jose.exportJWK(pair.publicKey) })
  }
  return keys.get(name)
}
const signerOf = async (name) => ({ method: 'jwk', alg: 'ES256', publicJwk: (await keyOf(name)).publicJwk })

const callbacks = (ask) => ({
  hash: hasher,
  generateRandom: (length) => randomBytes(length),
  clientAuthentication: ({ body }) => {
    if (ask.clientId) body.client_id = ask.clientId
  },
  fetch: fetchFrom(ask),
  signJwt: async (signer, { header, payload }) => {
    const own = [...keys.values()].find(({ publicJwk }) => publicJwk.x === signer.publicJwk.x)
    return { jwt: await new jose.SignJWT(payload).setProtectedHeader(header).sign(own.privateKey), signerJwk: own.publicJwk }
  },
  verifyJwt: async () => ({ verified: false }),
  decryptJwe: async () => ({ decrypted: false }),
  encryptJwe: async () => {
    throw new Error('nothing is encrypted here')
  },
})

const client = (ask) => new Openid4vciClient({ callbacks: callbacks(ask) })

// From the access token to the credentials.
const fetchCredentials = async (ask, issuerMetadata, credentialConfigurationId, token, dpop) => {
  const wallet = client(ask)
  const { c_nonce: nonce } = await wallet.requestNonce({ issuerMetadata })
  const jwt = []
  for (let copy = 0; copy < ask.copies; copy++) {
    const signer = await signerOf(`copy ${copy}`)
    const proof = await wallet.createCredentialRequestJwtProof({ issuerMetadata, signer, nonce, credentialConfigurationId })
    jwt.push(proof.jwt)
  }
  const asked = { issuerMetadata, accessToken: token.access_token, credentialConfigurationId, proofs: { jwt }, dpop }
  const { credentialResponse } = await wallet.retrieveCredentials(asked)
  const notification = { notificationId: credentialResponse.notification_id, event: 'credential_accepted' }
  await wallet.sendNotification({ issuerMetadata, accessToken: token.access_token, notification, dpop })
  return { credentials: credentialResponse.credentials.map(({ credential }) => credential), tokenType: token.token_type }
}

const codeOffer = (ask) => ({
  credential_issuer: ask.origin,
  credential_configuration_ids: [ask.type],
  grants: { authorization_code: {} },
})

const publicKeyOf = async (ask, token) => {
  const response = await fetchFrom(ask)(`${ask.origin}/.well-known/jwt-vc-issuer`)
  const { issuer, jwks } = await response.json()
  if (issuer !== ask.origin) throw new Error('another issuer')
  return jwks.keys.find(({ kid }) => kid === jose.decodeProtectedHeader(token).kid)
}

const operations = {
  // Takes an offer by its link, types the PIN and fetches.
  async offer(ask) {
    const wallet = client(ask)
    const credentialOffer = await wallet.resolveCredentialOffer(ask.link)
    const issuerMetadata = await wallet.resolveIssuerMetadata(credentialOffer.credential_issuer)
    const dpop = ask.dpop ? { signer: await signerOf('dpop') } : undefined
    const got = await wallet.retrievePreAuthorizedCodeAccessTokenFromOffer({ credentialOffer, issuerMetadata, txCode: ask.pin, dpop })
    return fetchCredentials(ask, issuerMetadata, credentialOffer.credential_configuration_ids[0], got.accessTokenResponse, got.dpop)
  },
  // Sets out for the authorisation page: the keys must be the same afterwards, so that this process waits for the browser.
  async code(ask) {
    const wallet = client(ask)
    const credentialOffer = codeOffer(ask)
    const issuerMetadata = await wallet.resolveIssuerMetadata(ask.origin)
    const dpop = ask.dpop ? { signer: await signerOf('dpop') } : undefined
    const started = await wallet.createAuthorizationRequestUrlFromOffer({
      credentialOffer,
      issuerMetadata,
      clientId: ask.clientId,
      redirectUri: ask.redirectUri,
      scope: ask.type,
      dpop,
    })
    // What the page of the hall does for the person who is signed in.
    const requestUri = new URL(started.authorizationRequestUrl).searchParams.get('request_uri')
    const approved = await fetch(`${ask.hall}/api/v1/credential-authorizations/${encodeURIComponent(requestUri)}/approve`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-sala-csrf': '1', cookie: ask.cookie },
      body: '{}',
    })
    const { url } = await approved.json()
    const answer = wallet.parseAndVerifyAuthorizationResponseRedirectUrl({
      url,
      authorizationServerMetadata: issuerMetadata.authorizationServers[0],
    })
    // The library (0.4.6) sends no state with an offer; PKCE and `iss` protect the way back.
    if (answer.iss !== ask.origin || answer.state !== undefined) throw new Error('something else came back')
    const got = await wallet.retrieveAuthorizationCodeAccessTokenFromOffer({
      issuerMetadata,
      credentialOffer,
      authorizationCode: answer.code,
      pkceCodeVerifier: started.pkce.codeVerifier,
      redirectUri: ask.redirectUri,
      dpop: started.dpop ?? dpop,
    })
    const fetched = await fetchCredentials(ask, issuerMetadata, ask.type, got.accessTokenResponse, got.dpop)
    return { ...fetched, page: started.authorizationRequestUrl }
  },
  // Verifies credentials with the published keys, and their status with the published list.
  async verify(ask) {
    return Promise.all(ask.credentials.map((credential) => read(ask, credential)))
  },
}

async function read(ask, credential) {
  const jwk = await publicKeyOf(ask, credential.split('~')[0])
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  const verifier = async (data, signature) =>
    createVerify('SHA256').update(data).verify({ key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
  const instance = new SDJwtVcInstance({
    hasher,
    hashAlg: 'sha-256',
    verifier,
    statusListFetcher: async (uri) => (await fetchFrom(ask)(uri)).text(),
    statusValidator: async () => {},
    statusVerifier: verifier,
  })
  const { payload, header } = await instance.verify(credential)
  const { idx, uri } = payload.status.status_list
  const response = await fetchFrom(ask)(uri, { headers: { accept: 'application/statuslist+jwt' } })
  const token = await response.text()
  await jose.jwtVerify(token, await jose.importJWK(await publicKeyOf(ask, token), 'ES256'), { typ: 'statuslist+jwt', subject: uri })
  const status = getListFromStatusListJWT(token).getStatus(idx)
  return { claims: payload, typ: header.typ, status, type: response.headers.get('content-type') }
}

const ask = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify(await operations[ask.do](ask)))
