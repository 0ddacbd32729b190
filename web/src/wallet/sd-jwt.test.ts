// @vitest-environment node
import { readFileSync, readdirSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sharedFolder } from '../record/vectors.testing';
import { textToUrl, toUrl } from './base64url';
import { keyOf, parseJws, publicJwk, newSigner, thumbprint, verify, type Jwk } from './jose';
import { bind, inLine, parseSdJwt, seen, select } from './sd-jwt';
import { standingAt, unpack } from './status';
import { utf8 } from '../record/bytes';

const folder = sharedFolder('data/identity/rfc9901/generated');
const issuer: Jwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ',
  y: 'Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8',
};
const holder: Jwk = {
  kty: 'EC',
  crv: 'P-256',
  x: 'TCAER19Zvu3OHF4j4W4vfSVoHIP1ILilDls7vCeGemc',
  y: 'ZxjiWWbZMQGHVWKVQ4hbSIirsVfuecCE6t4jT9F2HZQ',
};

it.skipIf(!folder)('reads the examples of RFC 9901: all that was issued, and all that was shown of it', async () => {
  let count = 0;
  for (const name of readdirSync(folder ?? '')) {
    const at = (file: string) => join(folder ?? '', name, file);
    if (!existsSync(at('sd_jwt_issuance.txt'))) continue;
    const text = (file: string) => readFileSync(at(file), 'utf8').replace(/\s/g, '');
    const json = (file: string) => JSON.parse(readFileSync(at(file), 'utf8')) as Record<string, unknown>;
    const issued = await parseSdJwt(text('sd_jwt_issuance.txt'));
    await verify(issued.issued, issuer, 'credential_bad');
    expect(issued.claims, name).toMatchObject(json('user_claims.json'));
    // What was shown ends with ~, or with a key binding after it.
    const presented = text('sd_jwt_presentation.txt');
    const cut = presented.lastIndexOf('~') + 1;
    const shown = await parseSdJwt(presented.slice(0, cut));
    expect(shown.claims, name).toEqual(json('verified_contents.json'));
    // We show the same with the same disclosures, in the order of the issuer.
    const places = shown.disclosures.map((each) => issued.places[issued.disclosures.indexOf(each)] ?? []);
    const again = select(
      issued,
      places.filter((place) => !places.some((other) => other.length > place.length && inLine(place, other))),
    );
    const [ours, theirs] = [again, presented.slice(0, cut)].map((each) => new Set(each.split('~')));
    expect(
      [...(theirs ?? [])].every((each) => ours?.has(each)),
      name,
    ).toBe(true);
    // Two examples show an object whose inner claims they withhold; we show a claim with what it holds.
    if (!name.startsWith('complex_eidas')) expect(ours, name).toEqual(theirs);
    if (cut < presented.length) {
      const bound = parseJws(presented.slice(cut), 'credential_bad');
      await verify(bound, holder, 'credential_bad');
      expect(bound.payload['sd_hash']).toBe(
        toUrl(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(utf8(presented.slice(0, cut)))))),
      );
    }
    count += 1;
  }
  expect(count).toBeGreaterThan(8);
});
if (!folder) console.log('skipped: ../shared/data/identity/rfc9901 is not here');

/** An SD-JWT by hand; nobody signed it. */
function made(payload: object, disclosures: unknown[]): string {
  return [
    `${textToUrl('{"alg":"ES256"}')}.${textToUrl(JSON.stringify(payload))}.AA`,
    ...disclosures.map((each) => textToUrl(JSON.stringify(each))),
    '',
  ].join('~');
}
const digest = async (disclosure: unknown) =>
  toUrl(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(utf8(textToUrl(JSON.stringify(disclosure)))))));

it('refuses what two readers could read two ways', async () => {
  const [name, other, element] = [
    ['s', 'name', 'Somchai'],
    ['s', 'name', 'Somsak'],
    ['s', 'th'],
  ];
  const d = await digest(name);
  const good = made({ _sd: [d] }, [name]);
  expect((await parseSdJwt(good)).claims).toEqual({ name: 'Somchai' });
  const broken = [
    made({ _sd: [] }, [name]),
    made({ _sd: [d, d] }, [name]),
    made({ _sd: [d], a: { _sd: [d] } }, [name]),
    made({ _sd: [d], name: 'Anan' }, [name]),
    made({ _sd: [d, await digest(other)] }, [name, other]),
    made({ _sd: [d] }, [name, name]),
    made({ a: [{ '...': d }] }, [name]),
    made({ _sd: [await digest(element)] }, [element]),
    made({ a: [{ '...': await digest(element), more: 1 }] }, [element]),
    made({ _sd: [await digest(['s', '_sd', 'x'])] }, [['s', '_sd', 'x']]),
    made({ _sd: [await digest(['s', '...', 'x'])] }, [['s', '...', 'x']]),
    made({ _sd: [await digest([1, 'a', 'x'])] }, [[1, 'a', 'x']]),
    made({ _sd: [7] }, []),
    made({ _sd: 'x' }, []),
    made({ a: { '...': 'x' } }, []),
    made({ _sd: [d], _sd_alg: 'sha-512' }, [name]),
    `${good}x.y.z`,
    good.replace(/~$/, ''),
    'a.b.c~',
    '~',
  ];
  for (const [at, text] of broken.entries()) await expect(parseSdJwt(text), String(at)).rejects.toThrow(/credential_bad|algorithm_foreign/);
});

it('shows a claim with what it stands in and what it holds, and nothing beside it', async () => {
  const inner = [
    ['1', 'city', 'แม่ริม'],
    ['2', 'street', '1'],
  ];
  const address = ['3', 'address', { _sd: [await digest(inner[0]), await digest(inner[1])] }];
  const phone = ['4', 'phone', '+66'];
  const credential = await parseSdJwt(made({ _sd: [await digest(address), await digest(phone)], level: 2 }, [...inner, address, phone]));
  expect(await seen(credential, [])).toEqual({ level: 2 });
  expect(await seen(credential, [['address', 'city']])).toEqual({ level: 2, address: { city: 'แม่ริม' } });
  expect(await seen(credential, [['address']])).toEqual({ level: 2, address: { city: 'แม่ริม', street: '1' } });
});

it('binds what is shown to its verifier with a key that stays here', async () => {
  const signer = await newSigner();
  const shown = made({ a: 1 }, []);
  const bound = parseJws((await bind(shown, signer.privateKey, 'verifier', 'n-1', 1000)).slice(shown.length), 'credential_bad');
  expect(bound.header).toEqual({ typ: 'kb+jwt', alg: 'ES256' });
  expect(bound.payload).toMatchObject({ aud: 'verifier', nonce: 'n-1', iat: 1000 });
  await verify(bound, await publicJwk(signer.publicKey), 'credential_bad');
});

it('takes ES256 and EdDSA by the key, whatever a token says of itself', async () => {
  const key: Jwk = { kty: 'EC', crv: 'P-256', x: 'a', y: 'b', kid: '1' };
  const jws = (header: object) => ({ header: header as Jwk, payload: {}, signed: 'x', signature: new Uint8Array(64) });
  for (const header of [{ alg: 'none' }, { alg: 'HS256' }, { alg: 'RS256' }, {}])
    await expect(verify(jws(header), key, 'request_bad')).rejects.toThrow('algorithm_foreign');
  for (const [header, more] of [
    [{ alg: 'ES256', crit: ['x'] }, {}],
    [{ alg: 'EdDSA' }, {}],
    [{ alg: 'ES256' }, { alg: 'ES384' }],
    [{ alg: 'ES256' }, { use: 'enc' }],
  ] as const) {
    await expect(verify(jws(header), { ...key, ...more }, 'request_bad')).rejects.toThrow('request_bad');
  }
  expect(() => keyOf([key, { ...key, kid: '2' }], jws({}), 'request_bad')).toThrow();
  expect(() => keyOf([key], jws({ kid: '3' }), 'request_bad')).toThrow();
  // RFC 9449 §6.1 tells the thumbprint of the key in its examples.
  const example = {
    kty: 'EC',
    x: 'l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs',
    y: '9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA',
    crv: 'P-256',
  };
  expect(await thumbprint(example)).toBe('0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I');
});

const wycheproof = sharedFolder('data/identity/wycheproof/testvectors_v1');
it.skipIf(!wycheproof)('agrees with Wycheproof on every ES256 and EdDSA token', async () => {
  type Group = { public?: Jwk; tests: { jws: unknown; result: string; tcId: number }[] };
  const file = readFileSync(join(wycheproof ?? '', 'json_web_signature_test.json'), 'utf8');
  let [good, bad] = [0, 0];
  for (const group of (JSON.parse(file) as { testGroups: Group[] }).testGroups) {
    const key = group.public;
    if (!key || !(key['crv'] === 'P-256' || key['crv'] === 'Ed25519')) continue;
    for (const { jws, result, tcId } of group.tests) {
      if (typeof jws !== 'string') continue;
      const holds = await (async () => {
        const [header = '', payload = '', signature = '', ...more] = jws.split('.');
        if (more.length > 0) throw new Error('four parts');
        const read = parseJws(`${header}.${textToUrl('{}')}.${signature}`, 'request_bad');
        await verify({ ...read, signed: `${header}.${payload}` }, key, 'request_bad');
      })().then(
        () => true,
        () => false,
      );
      expect(holds, `tcId ${tcId}`).toBe(result === 'valid');
      if (holds) good += 1;
      else bad += 1;
    }
  }
  expect(good).toBeGreaterThan(0);
  expect(bad).toBeGreaterThan(0);
});
if (!wycheproof) console.log('skipped: ../shared/data/identity/wycheproof is not here');

it('reads the status lists of the specification, the lowest bits first', async () => {
  const one = await unpack('eNrbuRgAAhcBXQ');
  expect([...one]).toEqual([0xb9, 0xa3]);
  expect([0, 1, 2, 3, 15].map((at) => standingAt(one, 1, at))).toEqual(['revoked', 'valid', 'valid', 'revoked', 'revoked']);
  const two = await unpack('eNo76fITAAPfAgc');
  expect([0, 1, 2, 3, 11].map((at) => standingAt(two, 2, at))).toEqual(['revoked', 'suspended', 'valid', 'unknown', 'unknown']);
  expect(() => standingAt(two, 2, 12)).toThrow('no such place');
  await expect(unpack('eNo')).rejects.toThrow();
  await expect(unpack(toUrl(new Uint8Array((await import('node:zlib')).deflateSync(Buffer.alloc(17 * 1024 * 1024)))))).rejects.toThrow(
    'longer',
  );
});
