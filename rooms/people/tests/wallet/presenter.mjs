// An independent wallet (npm @openid4vc/openid4vp, @sd-jwt/sd-jwt-vc, jose) and issuer, as a separate process: one request as JSON on the
// input, one answer as JSON on the output. It reaches the hall at `ask.hall`, which stands for the address `ask.origin`, as behind a proxy
// that ends TLS.
import { createHash, createPrivateKey, createSign, randomBytes } from 'node:crypto'
import { text } from 'node:stream/consumers'
import { Openid4vpClient } from '@openid4vc/openid4vp'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import * as jose from 'jose'

const hasher = (data, alg) => new Uint8Array(createHash(alg.replace('-', '')).update(data).digest())

const signerOf = (jwk) => async (data) => {
  const key = createPrivateKey({ key: jwk, format: 'jwk' })
  return createSign('SHA256').update(data).sign({ key, dsaEncoding: 'ieee-p1363' }).toString('base64url')
}

const sdJwt = ({ issuer, holder }) =>
  new SDJwtVcInstance({
    hasher,
    hashAlg: 'sha-256',
    saltGenerator: (length) => randomBytes(length).toString('base64url'),
    signAlg: 'ES256',
    signer: issuer && signerOf(issuer),
    kbSignAlg: 'ES256',
    kbSigner: holder && signerOf(holder),
  })

const fetchFrom = (ask) => async (url, options) => {
  const address = String(url)
  if (!address.startsWith(`${ask.origin}/`)) throw new Error(`the wallet was sent to ${address}`)
  let body = options?.body
  // The library (0.4.6) does not send the nonce that it then asks back.
  if (options?.method === 'post' && ask.walletNonce) body = `${body ?? ''}&wallet_nonce=${ask.walletNonce}`
  return fetch(ask.hall + address.slice(ask.origin.length), { ...options, method: options?.method?.toUpperCase(), body })
}

// did:web: the method's specification, §2.5.2 (read).
const resolve = async (ask, didUrl) => {
  const [did] = didUrl.split('#')
  const host = decodeURIComponent(did.slice('did:web:'.length))
  const response = await fetchFrom(ask)(`https://${host}/.well-known/did.json`)
  const document = await response.json()
  if (document.id !== did) throw new Error('the document is of another DID')
  return document.verificationMethod.find(({ id }) => id === didUrl).publicKeyJwk
}

const client = (ask) =>
  new Openid4vpClient({
    callbacks: {
      hash: hasher,
      generateRandom: (length) => randomBytes(length),
      clientAuthentication: () => {},
      fetch: fetchFrom(ask),
      verifyJwt: async (signer, { compact }) => {
        const jwk = await resolve(ask, signer.didUrl)
        await jose.compactVerify(compact, await jose.importJWK(jwk, signer.alg))
        return { verified: true, signerJwk: jwk }
      },
      encryptJwe: async (encryptor, plaintext) => {
        const jwk = encryptor.publicJwk
        const header = { alg: encryptor.alg, enc: encryptor.enc, kid: jwk.kid }
        const key = await jose.importJWK(jwk, encryptor.alg)
        return { encryptionJwk: jwk, jwe: await new jose.CompactEncrypt(Buffer.from(plaintext)).setProtectedHeader(header).encrypt(key) }
      },
    },
  })

const walletMetadata = {
  vp_formats_supported: { 'dc+sd-jwt': { 'sd-jwt_alg_values': ['ES256'], 'kb-jwt_alg_values': ['ES256'] } },
  client_id_prefixes_supported: ['decentralized_identifier'],
}

const open = async (ask) => {
  const { params } = client(ask).parseOpenid4vpAuthorizationRequest({ authorizationRequest: ask.link })
  const wallet = ask.walletNonce ? { nonce: ask.walletNonce, expectedNonce: ask.walletNonce, metadata: walletMetadata } : undefined
  const authorizationRequestPayload = ask.walletNonce ? params : { ...params, request_uri_method: undefined }
  return client(ask).resolveOpenId4vpAuthorizationRequest({ authorizationRequestPayload, wallet })
}

const operations = {
  async issue(ask) {
    const header = { kid: ask.issuer.kid }
    return { issued: await sdJwt(ask).issue(ask.claims, ask.frame, { header }) }
  },
  async look(ask) {
    const { authorizationRequestPayload: request, client: verifier, dcql, version } = await open(ask)
    const { client_id, client_metadata, nonce, response_mode } = request
    return { client_id, client_metadata, nonce, response_mode, prefix: verifier.prefix, query: dcql.query, version }
  },
  async present(ask) {
    const payload = { nonce: ask.nonce, aud: ask.audience, iat: Math.floor(Date.now() / 1000) }
    return { presented: await sdJwt(ask).present(ask.issued, ask.disclose, { kb: { payload } }) }
  },
  async answer(ask) {
    const { authorizationRequestPayload: request } = await open(ask)
    const serverMetadata = {
      authorization_signing_alg_values_supported: [],
      authorization_encryption_alg_values_supported: ['ECDH-ES'],
      authorization_encryption_enc_values_supported: ['A256GCM', 'A128GCM'],
    }
    const jarm = request.response_mode === 'direct_post.jwt' ? { encryption: { nonce: randomBytes(8).toString('hex') }, serverMetadata } : undefined
    const made = await client(ask).createOpenid4vpAuthorizationResponse({
      authorizationRequestPayload: request,
      authorizationResponsePayload: { vp_token: ask.vp_token },
      jarm,
    })
    const { response } = await client(ask).submitOpenid4vpAuthorizationResponse({
      authorizationRequestPayload: request,
      authorizationResponsePayload: made.authorizationResponsePayload,
      jarm: made.jarm,
    })
    return { status: response.status, answer: await response.json(), encrypted: Boolean(made.jarm) }
  },
}

const ask = JSON.parse(await text(process.stdin))
process.stdout.write(JSON.stringify(await operations[ask.do](ask)))
