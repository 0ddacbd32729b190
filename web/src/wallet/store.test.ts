// @vitest-environment node
import 'fake-indexeddb/auto';
import { expect, it } from 'vitest';
import type { Card } from './card';
import { plan, parseQuery, expand } from './dcql';
import type { Json } from './json';
import { newSigner, sign } from './jose';
import { Store } from './store';

const text = (word: string) => ({ th: word, en: word });
async function card(id: string, more: Partial<Card> = {}): Promise<Card> {
  const copy = async (name: string) => ({
    id: `${id}-${name}`,
    text: `secret-${name}`,
    status: { uri: 'https://a.example', idx: 7 },
    key: (await newSigner()).privateKey,
  });
  return {
    ...{
      id,
      issuer: { id: 'https://a.example', name: text('A'), host: 'a.example' },
      vct: 'pid',
      names: { title: text('T'), description: undefined, claims: [] },
    },
    ...{
      claims: { name: 'Somchai', nationalities: ['TH', 'DE'], address: { city: 'Chiang Mai' }, cnf: {} },
      expires: 2000,
      received_at: 1,
      copies: [await copy('a'), await copy('b')],
    },
    ...{ last_status: undefined, shown: [], ...more },
  };
}
let count = 0;
const open = () => Store.open(`test-${++count}`);

it('keeps cards, and gives each copy away once, also to two pages that ask at once', async () => {
  const store = await open();
  await store.put(await card('one'));
  await store.put(await card('two', { received_at: 2 }));
  expect((await store.cards()).map((each) => each.id)).toEqual(['two', 'one']);
  const other = await Store.open(`test-${count}`);
  const [first, second] = await Promise.all([store.take('one'), other.take('one')]);
  expect([first.text, second.text].sort()).toEqual(['secret-a', 'secret-b']);
  expect((await sign(first.key, {}, {})).split('.')).toHaveLength(3);
  await expect(store.take('one')).rejects.toThrow('copy_used');
  await store.remember('one', { at: 5, to: 'desk.example', purpose: 'p', paths: [['name']] });
  await store.remember('one', { at: 9, to: 'other.example', purpose: '', paths: [] });
  const [, kept] = await store.cards();
  expect([kept?.copies, kept?.shown.map((each) => each.to)]).toEqual([[], ['other.example', 'desk.example']]);
  await store.remove('one');
  expect((await store.cards()).map((each) => each.id)).toEqual(['two']);
});

it('writes nothing in the clear, and what was moved to another record does not open', async () => {
  const store = await open();
  await store.put(await card('one'));
  const raw = await new Promise<IDBDatabase>(
    (resolve) => (indexedDB.open(`test-${count}`, 1).onsuccess = (event) => resolve((event.target as IDBOpenDBRequest).result)),
  );
  const all = (name: string, mode: IDBTransactionMode = 'readonly') => raw.transaction(name, mode).objectStore(name);
  const read = (name: string) =>
    new Promise<Record<string, unknown>[]>(
      (resolve) => (all(name).getAll().onsuccess = (event) => resolve((event.target as IDBRequest<Record<string, unknown>[]>).result)),
    );
  for (const name of ['cards', 'copies']) {
    for (const record of await read(name)) {
      const bytes = new TextDecoder().decode(record['bytes'] as ArrayBuffer);
      for (const word of ['Somchai', 'secret', 'a.example']) expect(bytes + JSON.stringify(record)).not.toContain(word);
    }
  }
  for (const key of await read('keys')) {
    expect((key as unknown as CryptoKey).extractable).toBe(false);
  }
  const [moved] = await read('cards');
  await new Promise((resolve) => (all('cards', 'readwrite').put({ ...moved, id: 'else' }).onsuccess = resolve));
  await expect(store.cards()).rejects.toThrow('does not open');
});

it('ends a journey once, and not after an hour', async () => {
  const store = await open();
  const journey = {
    state: 's',
    offer: {} as never,
    configuration: 'c',
    server: {} as never,
    verifier: 'v',
    signer: await newSigner(),
    client: 'w',
    redirect: 'r',
    left_at: 1000,
  };
  await store.begin(journey);
  expect(await store.end('s', 1001)).toMatchObject({ verifier: 'v', configuration: 'c' });
  await expect(store.end('s', 1001)).rejects.toThrow('sign_in_lost');
  await store.begin(journey);
  await expect(store.end('s', 9000)).rejects.toThrow('an hour');
});

it('forgets everything, the key too', async () => {
  const store = await open();
  await store.put(await card('one'));
  await store.clear();
  const again = await Store.open(`test-${count}`);
  expect(await again.cards()).toEqual([]);
});

const query = (credentials: Json, sets?: Json) => parseQuery({ credentials, ...(sets ? { credential_sets: sets } : {}) });
const ask = (id: string, more: object) => ({ id, format: 'dc+sd-jwt', meta: { vct_values: ['pid'] }, ...more }) as Json;

it('finds what answers a query, and the ways in which it can', async () => {
  const held = [await card('one'), await card('two', { vct: 'other' })];
  const ways = (more: object) => plan(query([ask('q', more)]), held, 1000).asked.get('q');
  expect(ways({})?.candidates.map((each) => [each.card.id, each.ways])).toEqual([['one', [[]]]]);
  expect(ways({ claims: [{ path: ['name'] }, { path: ['nationalities', null], values: ['DE', 'FR'] }] })?.candidates[0]?.ways).toEqual([
    [['name'], ['nationalities', 1]],
  ]);
  const sets = {
    claims: [
      { id: 'a', path: ['birth'] },
      { id: 'b', path: ['name'] },
      { id: 'c', path: ['address', 'city'] },
    ],
    claim_sets: [['a'], ['b', 'c'], ['b']],
  };
  expect(ways(sets)?.candidates[0]?.ways).toEqual([[['name'], ['address', 'city']], [['name']]]);
  expect(ways({ claims: [{ path: ['birth'] }] })).toMatchObject({ candidates: [], lack: 'claims' });
  expect(ways({ claims: [{ path: ['name'], values: ['Anan'] }] })?.lack).toBe('claims');
  expect(ways({ meta: { vct_values: ['none'] } })?.lack).toBe('none');
  expect(ways({ format: 'mso_mdoc', meta: {} })?.lack).toBe('none');
  expect(plan(query([ask('q', {})]), held, 3000).asked.get('q')?.lack).toBe('expired');
  expect(plan(query([ask('q', {})]), [await card('x', { copies: [] })], 1000).asked.get('q')?.lack).toBe('used_up');
  expect(expand(['constructor'], { a: 1 })).toEqual([]);
});

it('shows nothing unless all that is required can be shown', async () => {
  const held = [await card('one')];
  const both = [ask('a', {}), ask('b', { meta: { vct_values: ['none'] } })];
  expect(plan(query(both), held, 1000).possible).toBe(false);
  const either = plan(query(both, [{ options: [['b'], ['a']] }, { options: [['b']], required: false }]), held, 1000);
  expect(either).toMatchObject({ possible: true, choices: [{ options: [['a']], required: true }] });
});

it('refuses a query that breaks a rule, or asks for a trust that it can not judge', () => {
  const good = { id: 'q', format: 'dc+sd-jwt', meta: { vct_values: ['pid'] }, claims: [{ id: 'x', path: ['n'] }], claim_sets: [['x']] };
  expect(() => query([good])).not.toThrow();
  const broken: Json[] = [
    { ...good, id: 'a b' },
    { ...good, claims: [] },
    { ...good, claims: [{ id: 'x', path: [] }] },
    { ...good, claims: [{ id: 'x', path: [-1] }] },
    { ...good, claims: [{ id: 'x', path: ['n'], values: [] }] },
    { ...good, claims: [{ id: 'x', path: ['n'], values: [{}] }] },
    { ...good, claim_sets: [['y']] },
    { ...good, claim_sets: [[]] },
    { ...good, trusted_authorities: [] },
    7,
  ];
  for (const each of broken) expect(() => query([each]), JSON.stringify(each)).toThrow('query_unsupported');
  expect(() => query([good, good])).toThrow('query_unsupported');
  expect(() => query([])).toThrow('query_unsupported');
  expect(() => query([good], [{ options: [['z']] }])).toThrow('query_unsupported');
  expect(() => query([good], [])).toThrow('query_unsupported');
});
