import { flushSync } from 'svelte';
import { beforeAll, expect, it, vi } from 'vitest';
import { open, speak } from '../../i18n/index.svelte';
import { click, show } from '../../ui/mounted.testing';
import { textToUrl, toUrl } from '../../wallet/base64url';
import type { Card } from '../../wallet/card';
import ShowPart from './ShowPart.svelte';
import { pageFor } from './wallet.svelte';
import { rowsOf, valueWords } from './claim-words';

beforeAll(async () => {
  await speak('en');
  await open('wallet');
});

const text = (word: string) => ({ th: word, en: word });
const names = {
  title: text('Resident'),
  description: undefined,
  claims: [
    { path: ['name'], label: text('Name') },
    { path: ['born'], label: text('Year of birth') },
    { path: ['langs', null], label: text('Languages') },
  ],
};

async function card(id: string): Promise<Card> {
  const disclosures = [
    ['1', 'name', 'Malee'],
    ['2', 'born', 1990],
  ].map((each) => textToUrl(JSON.stringify(each)));
  const digest = async (each: string) => toUrl(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(each))));
  const payload = { iss: 'https://a.example', vct: 'v', level: 3, _sd: await Promise.all(disclosures.map(digest)) };
  const jws = `${textToUrl('{"alg":"ES256"}')}.${textToUrl(JSON.stringify(payload))}.AA`;
  return {
    ...{
      id,
      issuer: { id: 'https://a.example', name: text('A'), host: 'a.example' },
      vct: 'v',
      names,
      claims: { iss: payload.iss, vct: 'v', level: 3, name: 'Malee', born: 1990 },
    },
    ...{
      expires: undefined,
      received_at: 1,
      copies: [{ id: 'c', text: [jws, ...disclosures, ''].join('~'), status: undefined, key: {} as CryptoKey }],
      last_status: undefined,
      shown: [],
    },
  };
}

it('tells what the other side will see, read from the text that is sent, and lets the person choose how much', async () => {
  const page = show(ShowPart, {
    id: 'q',
    candidates: [{ card: await card('one'), ways: [[['name'], ['born']], [['name']]] }],
    candidate: 0,
    way: 0,
  });
  const seen = () => [...page.querySelectorAll('.seen dt')].map((each) => each.textContent);
  await vi.waitFor(() => expect(seen()).toEqual(['level', 'Name', 'Year of birth']));
  const ways = [...page.querySelectorAll('input[type=radio]')];
  expect(ways.map((each) => each.parentElement?.textContent?.trim())).toEqual(['Name, Year of birth', 'Name']);
  click(ways[1]);
  flushSync();
  await vi.waitFor(() => expect(seen()).toEqual(['level', 'Name']));
  expect(page.textContent).toContain('Stays hidden: Year of birth');
  expect(page.textContent).toContain('0 will be left');
});

it('writes values as people read them', () => {
  expect(['2026-11-22', true, null, 1990, 'x'].map(valueWords)).toEqual(['22 Nov 2026', 'yes', 'no value', '1990', 'x']);
  expect(rowsOf({ langs: ['th', 'nod'] }, names)).toEqual([{ label: 'Languages', value: 'th, nod' }]);
});

it('knows by a link whether something is offered or asked', () => {
  expect(pageFor('openid-credential-offer://?credential_offer_uri=x')).toBe('/wallet/receive?credential_offer_uri=x');
  expect(pageFor(' openid4vp://?client_id=x#y')).toBe('/wallet/present?client_id=x');
  expect(pageFor('{"a":1}')).toBe('/wallet/receive?credential_offer=%7B%22a%22%3A1%7D');
  expect([pageFor('hello'), pageFor('https://a.example/?q=1')]).toEqual([undefined, undefined]);
});
