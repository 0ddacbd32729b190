// A foreign issuer to try out what the hall asks of wallets, over npm @sd-jwt/sd-jwt-vc and @owf/token-status-list: the Demonstration
// University (`degree`) or the Demonstration Registry (`age`). It issues by OpenID4VCI 1.0 (pre-authorised code, no PIN) to whoever takes
// its offer: `node issuer.mjs 9020 degree` and `node issuer.mjs 9021 age 2000-01-31` print one for a wallet. It ends with its standard
// input; keys and offers live as long as the process.
import { createHash, createSign, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { StatusList, createHeaderAndPayload } from '@owf/token-status-list'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import * as jose from 'jose'

const [port = '9020', kind = 'degree', born = '2000-01-31'] = process.argv.slice(2)
const issuer = `http://localhost:${port}`
const vct = `${issuer}/types/${kind}`
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'issuer-1', alg: 'ES256', use: 'sig' }
const now = () => Math.floor(Date.now() / 1000)
const secret = () => randomBytes(24).toString('base64url')

const sdJwt = new SDJwtVcInstance({
  hasher: (data, alg) => new Uint8Array(createHash(alg.replace('-', '')).update(data).digest()),
  hashAlg: 'sha-256',
  saltGenerator: (length) => randomBytes(length).toString('base64url'),
  signAlg: 'ES256',
  signer: async (data) => createSign('SHA256').update(data).sign({ key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
})

const code = secret()
const tokens = new Set()
const nonces = new Set()
const statuses = new Array(1024).fill(0)
const taken = new Set()

const place = () => {
  const index = randomBytes(2).readUInt16BE() % statuses.length
  return taken.has(index) && taken.size < statuses.length ? place() : (taken.add(index), index)
}

const statusList = async () => {
  const claims = { iss: issuer, sub: `${issuer}/status/1`, iat: now(), exp: now() + 3600, ttl: 60 }
  const { payload } = createHeaderAndPayload(new StatusList(statuses, 1), claims, { alg: 'ES256', typ: 'statuslist+jwt' })
  return new jose.SignJWT(payload).setProtectedHeader({ alg: 'ES256', typ: 'statuslist+jwt', kid: jwk.kid }).sign(privateKey)
}

const name = (th, en) => [{ name: th, locale: 'th' }, { name: en, locale: 'en' }]
const isOver = (years) => {
  const [year, ...day] = born.split('-')
  return new Date([Number(year) + years, ...day].join('-')) <= new Date()
}
const kinds = {
  degree: {
    issuer: name('มหาวิทยาลัยสาธิต', 'Demonstration University'),
    display: name('วุฒิการศึกษา', 'A degree'),
    said: () => ({ name: 'นักศึกษาสาธิต', degree: { level: 'master', field: 'hydrology', mark: 'A' } }),
    frame: { _sd: ['name'], degree: { _sd: ['level', 'field', 'mark'] } },
    claims: [{ path: ['name'] }, { path: ['degree', 'level'] }, { path: ['degree', 'field'] }, { path: ['degree', 'mark'] }],
  },
  // Each answer is a claim of its own, so that one can be shown without the others and without the date of birth.
  age: {
    issuer: name('สำนักทะเบียนสาธิต', 'Demonstration Registry'),
    display: name('อายุ', 'Age'),
    said: () => ({ birthdate: born, age_over_15: isOver(15), age_over_18: isOver(18), age_over_20: isOver(20) }),
    frame: { _sd: ['birthdate', 'age_over_15', 'age_over_18', 'age_over_20'] },
    claims: [{ path: ['birthdate'] }, { path: ['age_over_15'] }, { path: ['age_over_18'] }, { path: ['age_over_20'] }],
  },
}
const { display, claims, ...own } = kinds[kind]

const credential = (holder) =>
  sdJwt.issue(
    {
      iss: issuer,
      vct,
      iat: now(),
      exp: now() + 30 * 24 * 3600,
      cnf: { jwk: { kty: holder.kty, crv: holder.crv, x: holder.x, y: holder.y } },
      status: { status_list: { idx: place(), uri: `${issuer}/status/1` } },
      ...own.said(),
    },
    own.frame,
    { header: { kid: jwk.kid } },
  )

const metadata = {
  credential_issuer: issuer,
  credential_endpoint: `${issuer}/credential`,
  nonce_endpoint: `${issuer}/nonce`,
  display: own.issuer,
  credential_configurations_supported: {
    [kind]: {
      format: 'dc+sd-jwt',
      vct,
      cryptographic_binding_methods_supported: ['jwk'],
      credential_signing_alg_values_supported: ['ES256'],
      proof_types_supported: { jwt: { proof_signing_alg_values_supported: ['ES256'] } },
      credential_metadata: { display, claims },
    },
  },
}
const grant = 'urn:ietf:params:oauth:grant-type:pre-authorized_code'
const server = { issuer, token_endpoint: `${issuer}/token`, grant_types_supported: [grant], response_types_supported: ['none'] }
const offer = { credential_issuer: issuer, credential_configuration_ids: [kind], grants: { [grant]: { 'pre-authorized_code': code } } }

const refused = (error) => [400, { error, error_description: 'The demonstration issuer does not take this.' }]

const pages = {
  'GET /.well-known/jwt-vc-issuer': () => [200, { issuer, jwks: { keys: [jwk] } }],
  'GET /.well-known/openid-credential-issuer': () => [200, metadata],
  'GET /.well-known/oauth-authorization-server': () => [200, server],
  [`GET /types/${kind}`]: () => [200, { vct, name: display[1].name, display: display.map(({ name, locale }) => ({ locale, name })), claims }],
  'GET /status/1': async () => [200, await statusList(), 'application/statuslist+jwt'],
  'POST /token': (body) => {
    const form = new URLSearchParams(body)
    if (form.get('grant_type') !== grant || form.get('pre-authorized_code') !== code) return refused('invalid_grant')
    const access_token = secret()
    tokens.add(access_token)
    return [200, { access_token, token_type: 'Bearer', expires_in: 600 }]
  },
  'POST /nonce': () => {
    const c_nonce = secret()
    nonces.add(c_nonce)
    return [200, { c_nonce }]
  },
  'POST /credential': async (body, request) => {
    if (!tokens.has(request.headers.authorization?.replace(/^Bearer /, ''))) return [401, { error: 'invalid_token' }]
    const proofs = JSON.parse(body).proofs?.jwt ?? []
    if (proofs.length !== 1) return refused('invalid_proof')
    try {
      const options = { typ: 'openid4vci-proof+jwt', audience: issuer, algorithms: ['ES256'], maxTokenAge: '10m' }
      const { payload, key } = await jose.jwtVerify(proofs[0], jose.EmbeddedJWK, options)
      if (!nonces.delete(payload.nonce)) return refused('invalid_nonce')
      return [200, { credentials: [{ credential: await credential(await jose.exportJWK(key)) }] }]
    } catch {
      return refused('invalid_proof')
    }
  },
}

const open = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, content-type, accept, dpop',
  'access-control-allow-methods': 'GET, POST',
  'cache-control': 'no-store',
}

createServer(async (request, response) => {
  if (request.method === 'OPTIONS') return response.writeHead(204, open).end()
  const page = pages[`${request.method} ${new URL(request.url, issuer).pathname}`]
  const [status, answer, type = 'application/json'] = page ? await page(await text(request), request) : [404, { error: 'not_found' }]
  response.writeHead(status, { ...open, 'content-type': type }).end(type === 'application/json' ? JSON.stringify(answer) : answer)
}).listen(Number(port), 'localhost', () => {
  console.log(`ready openid-credential-offer://?credential_offer=${encodeURIComponent(JSON.stringify(offer))}`)
})
process.stdin.resume().on('end', () => process.exit())
