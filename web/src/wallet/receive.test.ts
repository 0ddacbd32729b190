// @vitest-environment node
import { expect, it } from 'vitest';
import type { Card } from './card';
import { WalletFault } from './fault';
import { arrive, depart, redeem } from './grant';
import { meet } from './issuer';
import { claims, id, list, makeIssuer, vct, type Change } from './issuer.testing';
import { labelOf, linesOf } from './names';
import { readOffer } from './offer';
import { fetchCard } from './receive';
import { standing } from './status';

async function receive(change: Change = {}, pin?: string, link?: (made: Awaited<ReturnType<typeof makeIssuer>>) => string) {
  const made = await makeIssuer(change);
  const offer = await readOffer(made.world, link?.(made) ?? made.offer);
  const issuer = await meet(made.world, offer);
  const token = await redeem(made.world, offer, issuer.server, 'https://wallet.example', pin ?? made.pin);
  const wanted = issuer.offered[0];
  if (!wanted) throw new Error('nothing is offered');
  const { card, told } = await fetchCard(made.world, issuer, token, wanted);
  return { ...made, offer, issuer, card, told };
}
const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing went wrong',
    (cause: unknown) => (cause instanceof WalletFault ? cause.code : String(cause)),
  );

it('takes an offer with its PIN: a batch of copies, each bound to a key of its own that can not be exported', async () => {
  const { card, seen, told, issuer, offer } = await receive();
  expect(offer.pre_authorized?.pin).toEqual({ numeric: true, length: 6, description: 'On paper' });
  expect(issuer.name).toEqual({ th: 'ศาลาตัวอย่าง', en: 'Example hall' });
  expect([seen.copies, card.copies.length, card.vct, seen.cookies]).toEqual([3, 3, vct, 0]);
  expect(card.claims).toMatchObject(claims);
  expect(new Set(card.copies.map((each) => each.text)).size).toBe(3);
  for (const { key } of card.copies) await expect(crypto.subtle.exportKey('jwk', key)).rejects.toThrow();
  await told('credential_accepted');
  expect(seen.events).toEqual(['credential_accepted']);
});

it('calls the credential and its claims as the type does, in both languages, and nothing stays unnamed', async () => {
  const { card } = await receive();
  expect(card.names.title).toEqual({ th: 'บัตรผู้อยู่อาศัย', en: 'Resident card' });
  expect(labelOf(card.names, ['given_name'])).toEqual({ th: 'ชื่อ', en: 'Given name' });
  expect(labelOf(card.names, ['languages', 1]).th).toBe('Languages');
  expect(labelOf(card.names, ['address', 'province']).en).toBe('address › province');
  expect(linesOf({ a: [1, { b: null }] })).toEqual([
    { path: ['a', 0], value: 1 },
    { path: ['a', 1, 'b'], value: null },
  ]);
  const unnamed = await receive({ page: (address, body) => (address === vct ? undefined : body) });
  expect(unnamed.card.names.title.en).toBe('Resident');
});

it.each<[string, Change]>([
  ['a server that wants its nonce in the proof', { nonces: true }],
  ['a server without DPoP', { bearer: true }],
  ['an issuer that signs with EdDSA', { alg: 'EdDSA' }],
])('works with %s', async (_, change) => {
  expect((await receive(change)).card.copies).toHaveLength(3);
});

it('reads an offer by reference, as a link of our own page, and as JSON', async () => {
  expect((await receive({}, undefined, (made) => made.by_reference)).card.copies).toHaveLength(3);
  const { world, offer } = await makeIssuer();
  const query = offer.slice(offer.indexOf('?'));
  expect(await readOffer(world, `https://other.example/wallet/receive${query}`)).toEqual(await readOffer(world, offer));
  expect(await readOffer(world, new URLSearchParams(query).get('credential_offer') ?? '')).toEqual(await readOffer(world, offer));
});

it('signs in at the issuer where the offer has no code: pushed, with PKCE, bound to its key', async () => {
  const { world, sign_in_offer, seen } = await makeIssuer();
  const offer = await readOffer(world, sign_in_offer);
  const issuer = await meet(world, offer);
  const wanted = issuer.offered[0];
  if (!wanted) throw new Error('nothing is offered');
  const { to, journey } = await depart(world, offer, issuer, wanted, 'https://wallet.example', 'https://wallet.example/wallet/receive');
  expect(to).toBe(`${id}/authorize?client_id=https%3A%2F%2Fwallet.example&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A1`);
  expect(seen.par).toMatchObject({ scope: 'resident', issuer_state: 'began-here', code_challenge_method: 'S256', state: journey.state });
  const back = (more: Record<string, string>) => new Map(Object.entries({ state: journey.state, code: 'the-answer', iss: id, ...more }));
  expect(await codeOf(arrive(world, journey, back({ state: 'x' })))).toBe('sign_in_lost');
  expect(await codeOf(arrive(world, journey, back({ iss: 'https://hell.example' })))).toBe('issuer_mismatch');
  const named = { ...journey, server: { ...journey.server, names_itself: true } };
  expect(
    await codeOf(
      arrive(
        world,
        named,
        new Map([
          ['state', journey.state],
          ['code', 'the-answer'],
        ]),
      ),
    ),
  ).toBe('issuer_mismatch');
  expect(await codeOf(arrive(world, journey, back({ error: 'access_denied' })))).toBe('sign_in_refused');
  expect(await codeOf(arrive(world, { ...journey, verifier: journey.state + journey.state }, back({})))).toBe('sign_in_refused');
  const { card } = await fetchCard(world, issuer, await arrive(world, journey, back({})), wanted);
  expect(card.copies).toHaveLength(3);
});

it('says that the PIN is wrong', async () => {
  expect(await codeOf(receive({}, '000000'))).toBe('pin_wrong');
});

const metadata = `${id}/.well-known/openid-credential-issuer`;
const patched = (address: string, more: object) => (asked: string, body: unknown) =>
  asked === address ? { ...(body as object), ...more } : body;
it.each<[string, string, Change]>([
  ['metadata of another issuer', 'issuer_mismatch', { page: patched(metadata, { credential_issuer: 'https://hell.example' }) }],
  ['an endpoint in the open', 'address_unsafe', { page: patched(metadata, { credential_endpoint: 'http://hall.example/c' }) }],
  [
    'a format that it does not know',
    'offer_unsupported',
    { page: patched(metadata, { credential_configurations_supported: { resident: { format: 'mso_mdoc' } } }) },
  ],
  ['keys of another issuer', 'issuer_mismatch', { page: patched(`${id}/.well-known/jwt-vc-issuer`, { issuer: 'https://hell.example' }) }],
  ['a credential of another type', 'credential_bad', { payload: (all) => ({ ...all, vct: 'https://hall.example/other' }) }],
  ['a credential of another issuer', 'issuer_mismatch', { payload: (all) => ({ ...all, iss: 'https://hell.example' }) }],
  ['a credential in another envelope', 'credential_bad', { typ: 'jwt' }],
  ['a credential that is over', 'credential_expired', { payload: (all) => ({ ...all, exp: 1_700_000_000 }) }],
  [
    'a credential for another key',
    'credential_bad',
    { payload: (all) => ({ ...all, cnf: { jwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' } } }) },
  ],
  ['a credential bound to no key', 'credential_bad', { payload: ({ cnf: _, ...all }) => all }],
  ['a credential whose status can not be read', 'credential_bad', { payload: (all) => ({ ...all, status: { other: 1 } }) }],
  [
    'copies of which one could hide less than the others',
    'credential_bad',
    { hides: (at) => (at === 1 ? { _sd: ['given_name'] } : undefined) },
  ],
  ['copies that do not say the same', 'credential_bad', { payload: (all) => ({ ...all, birth_year: Math.random() }) }],
  ['a foreign algorithm', 'algorithm_foreign', { alg: 'ES384' }],
])('refuses %s', async (_, code, change) => {
  expect(await codeOf(receive(change))).toBe(code);
});

it('tells an issuer whose credential it refused', async () => {
  const made = await makeIssuer({ typ: 'jwt' });
  const offer = await readOffer(made.world, made.offer);
  const issuer = await meet(made.world, offer);
  const [wanted] = issuer.offered;
  const token = await redeem(made.world, offer, issuer.server, 'w', made.pin);
  if (wanted) await codeOf(fetchCard(made.world, issuer, token, wanted));
  expect(made.seen.events).toEqual(['credential_failure']);
});

it.each([
  ['http://hall.example', 'address_unsafe'],
  ['https://user@hall.example', 'address_unsafe'],
  ['https://hall.example?x=1', 'address_unsafe'],
  ['javascript:alert(1)', 'address_unsafe'],
  ['hall', 'address_unsafe'],
])('refuses the issuer %s', async (issuer, code) => {
  const { world } = await makeIssuer();
  const offer = JSON.stringify({ credential_issuer: issuer, credential_configuration_ids: ['resident'] });
  expect(await codeOf(readOffer(world, offer))).toBe(code);
});

it('talks to a hall on this very machine without TLS', async () => {
  const { world } = await makeIssuer();
  for (const issuer of ['http://localhost:8080', 'http://127.0.0.1:8080']) {
    expect((await readOffer(world, JSON.stringify({ credential_issuer: issuer, credential_configuration_ids: ['r'] }))).issuer).toBe(
      issuer,
    );
  }
});

it('refuses links that are no offer, or that could be read two ways', async () => {
  const { world, offer } = await makeIssuer();
  for (const link of [
    '',
    'hello',
    'openid4vp://?client_id=x',
    '{',
    `${offer}&credential_offer=x`,
    `${offer}&credential_offer_uri=https%3A%2F%2Fx.example`,
  ]) {
    expect(await codeOf(readOffer(world, link))).toBe('link_unknown');
  }
});

it('sees that a credential was revoked, and believes no list but the one that the issuer signed', async () => {
  const of = (card: Card) => card.copies.find((each) => each.status?.idx === 1)?.status ?? { uri: '', idx: 0 };
  const good = await receive();
  expect(await standing(good.world, of(good.card), good.keys)).toBe('valid');
  const bad = await receive({ statuses: [0, 1, 0] });
  expect(await standing(bad.world, of(bad.card), bad.keys)).toBe('revoked');
  expect(await codeOf(standing(bad.world, of(bad.card), good.keys))).toBe('answer_unreadable');
  expect(await codeOf(standing(bad.world, { uri: list, idx: 128 }, bad.keys))).toBe('answer_unreadable');
  expect(await codeOf(standing({ ...bad.world, now: () => bad.world.now() + 3600 }, of(bad.card), bad.keys))).toBe('answer_unreadable');
});
