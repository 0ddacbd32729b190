// npm @sd-jwt, @owf/token-status-list, jose and @openid4vc as a separate process: one request as JSON on the input, one answer as
// JSON on the output.
import { createHash, createPrivateKey, createPublicKey, createSign, createVerify, randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { StatusList, createHeaderAndPayload, getListFromStatusListJWT } from '@owf/token-status-list'
import { Openid4vciClient } from '@openid4vc/openid4vci'
import { Openid4vpClient } from '@openid4vc/openid4vp'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import * as jose from 'jose'

const hasher = (data, alg) => new Uint8Array(createHash(alg.replace('-', '')).update(data).digest())
const publicOf = ({ d, ...members }) => members

const signerOf = (jwk) => async (data) => {
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  return createSign('SHA256').update(data).sign({ key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

const verifierOf = (jwk) => async (data, signature) => {
  const key = createPublicKey({ key: publicOf(jwk), format: 'jwk' })
  return createVerify('SHA256').update(data).verify({ key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
}

const instance = ({ issuer, holder, statusList }) =>
  new SDJwtVcInstance({
    hasher,
    hashAlg: 'sha-256',
    saltGenerator: (length) => randomBytes(length).toString('base64url'),
    signAlg: 'ES256',
    signer: issuer?.d && signerOf(issuer),
    verifier: issuer && verifierOf(issuer),
    kbSignAlg: 'ES256',
    kbSigner: holder?.d && signerOf(holder),
    kbVerifier: (data, signature, payload) => verifierOf(payload.cnf.jwk)(data, signature),
    statusListFetcher: async () => statusList,
    statusVerifier: issuer && verifierOf(issuer),
  })

const callbacks = ({ keys = {}, pages = {}, signing } = {}) => ({
  hash: (data, alg) => hasher(data, alg),
  generateRandom: (length) => randomBytes(length),
  clientAuthentication: () => {},
  fetch: async (url) => {
    const page = pages[String(url)]
    const type = typeof page === 'string' ? 'application/oauth-authz-req+jwt' : 'application/json'
    const body = typeof page === 'string' ? page : JSON.stringify(page)
    return page === undefined ? new Response('', { status: 404 }) : new Response(body, { headers: { 'content-type': type } })
  },
  verifyJwt: async (signer, { compact }) => {
    const jwk = keys[signer.didUrl] ?? signer.publicJwk
    try {
      await jose.compactVerify(compact, await jose.importJWK(jwk, signer.alg))
      return { verified: true, signerJwk: jwk }
    } catch {
      return { verified: false }
    }
  },
  signJwt: async (signer, { header, payload }) => ({
    jwt: await new jose.SignJWT(payload).setProtectedHeader(header).sign(await jose.importJWK(signing, header.alg)),
    signerJwk: publicOf(signing),
  }),
  encryptJwe: async (encryptor, plaintext) => {
    const jwk = encryptor.publicJwk
    const header = { alg: encryptor.alg, enc: encryptor.enc, kid: jwk.kid }
    const key = await jose.importJWK(jwk, encryptor.alg)
    return { encryptionJwk: jwk, jwe: await new jose.CompactEncrypt(Buffer.from(plaintext)).setProtectedHeader(header).encrypt(key) }
  },
})

const operations = {
  async issue(ask) {
    const sdjwt = instance(ask)
    const claims = { ...ask.claims, cnf: { jwk: publicOf(ask.holder) } }
    return { issued: await sdjwt.issue(claims, ask.frame) }
  },
  async present(ask) {
    const sdjwt = instance(ask)
    const payload = { nonce: ask.nonce, aud: ask.audience, iat: ask.now_s }
    return { presented: await sdjwt.present(ask.issued, ask.disclose, { kb: { payload } }) }
  },
  async verify(ask) {
    const sdjwt = instance(ask)
    const { payload, kb } = await sdjwt.verify(ask.presented, { currentDate: ask.now_s, keyBindingNonce: ask.nonce })
    return { claims: payload, kb: kb.payload }
  },
  async status_write(ask) {
    const list = new StatusList(ask.statuses, ask.bits)
    const { header, payload } = createHeaderAndPayload(list, { iss: 'i', sub: ask.uri, iat: ask.now_s, exp: ask.now_s + 60 }, { alg: 'ES256', typ: 'statuslist+jwt' })
    const key = await jose.importJWK(ask.issuer, 'ES256')
    return { token: await new jose.SignJWT(payload).setProtectedHeader(header).sign(key) }
  },
  async status_read(ask) {
    await jose.jwtVerify(ask.token, await jose.importJWK(publicOf(ask.issuer), 'ES256'), { typ: 'statuslist+jwt', currentDate: new Date(ask.now_s * 1000) })
    const list = getListFromStatusListJWT(ask.token)
    return { statuses: ask.indexes.map((index) => list.getStatus(index)) }
  },
  async encrypt(ask) {
    const key = await jose.importJWK(ask.key, ask.alg)
    const message = new jose.CompactEncrypt(Buffer.from(ask.plaintext)).setProtectedHeader({ alg: ask.alg, enc: ask.enc })
    return { jwe: await message.encrypt(key) }
  },
  async decrypt(ask) {
    const { plaintext } = await jose.compactDecrypt(ask.jwe, await jose.importJWK(ask.key, 'ECDH-ES'))
    return { plaintext: Buffer.from(plaintext).toString() }
  },
  async verify_jws(ask) {
    const { payload } = await jose.compactVerify(ask.jws, await jose.importJWK(ask.key, ask.alg))
    return { payload: JSON.parse(Buffer.from(payload).toString()), thumbprint: await jose.calculateJwkThumbprint(ask.key) }
  },
  async sign(ask) {
    const pair = await jose.generateKeyPair(ask.alg, { extractable: true })
    const key = await jose.exportJWK(pair.publicKey)
    const jws = await new jose.CompactSign(Buffer.from(ask.payload)).setProtectedHeader({ alg: ask.alg }).sign(pair.privateKey)
    return { jws, key, thumbprint: await jose.calculateJwkThumbprint(key) }
  },
  // A wallet that is offered a credential and proves its key.
  async wallet_vci(ask) {
    const client = new Openid4vciClient({ callbacks: callbacks({ pages: ask.pages, signing: ask.holder }) })
    const credentialOffer = await client.resolveCredentialOffer(ask.link)
    const issuerMetadata = await client.resolveIssuerMetadata(credentialOffer.credential_issuer)
    const signer = { method: 'jwk', alg: 'ES256', publicJwk: publicOf(ask.holder) }
    const credentialConfigurationId = credentialOffer.credential_configuration_ids[0]
    const issuedAt = new Date(ask.now_s * 1000)
    const proof = await client.createCredentialRequestJwtProof({ issuerMetadata, signer, issuedAt, credentialConfigurationId, nonce: ask.nonce })
    return { credentialOffer, proof: proof.jwt, configurations: Object.keys(issuerMetadata.knownCredentialConfigurations) }
  },
  // A wallet that is asked for a presentation and answers, encrypted where it was asked to.
  async wallet_vp(ask) {
    const client = new Openid4vpClient({ callbacks: callbacks({ pages: ask.pages, keys: ask.keys }) })
    const parsed = client.parseOpenid4vpAuthorizationRequest({ authorizationRequest: ask.link })
    const resolved = await client.resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload: parsed.params })
    const request = resolved.authorizationRequestPayload
    const encryption = { nonce: randomBytes(8).toString('hex') }
    const jarm = request.response_mode === 'direct_post.jwt' ? { encryption, serverMetadata: { authorization_signing_alg_values_supported: [], authorization_encryption_alg_values_supported: ['ECDH-ES'], authorization_encryption_enc_values_supported: ['A256GCM', 'A128GCM'] } } : undefined
    const answer = await client.createOpenid4vpAuthorizationResponse({ authorizationRequestPayload: request, authorizationResponsePayload: { vp_token: ask.vp_token }, jarm })
    const body = answer.jarm ? { response: answer.jarm.responseJwt } : answer.authorizationResponsePayload
    const form = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]))
    return { version: resolved.version, client: resolved.client.prefix, query: resolved.dcql.query, body: new URLSearchParams(form).toString() }
  },
}

const ask = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify(await operations[ask.do](ask)))
