import { beforeEach, describe, expect, it } from 'vitest';
import { fill } from './index.svelte';
import { bytes, date, duration, exact, month, number, offsetOf, period, relative, signed, stretch, zoneName } from './format';
import { firstLanguage, language } from './language.svelte';
import about_en from './about.en.json';
import about_th from './about.th.json';
import assets_en from './assets.en.json';
import assets_th from './assets.th.json';
import conduct_en from './conduct.en.json';
import conduct_th from './conduct.th.json';
import custody_en from './custody.en.json';
import custody_th from './custody.th.json';
import en from './en.json';
import meetings_en from './meetings.en.json';
import meetings_th from './meetings.th.json';
import people_en from './people.en.json';
import people_th from './people.th.json';
import record_en from './record.en.json';
import record_th from './record.th.json';
import streets_en from './streets.en.json';
import streets_th from './streets.th.json';
import th from './th.json';
import wallet_en from './wallet.en.json';
import wallet_th from './wallet.th.json';
import world_en from './world.en.json';
import world_th from './world.th.json';

type Book = { [key: string]: string | Book };

function leaves(book: Book, path = ''): [string, string][] {
  return Object.entries(book).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : leaves(value, `${path}${key}.`),
  );
}
const gaps = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)/g)].map((found) => found[1] ?? ''))].sort();

describe('the two books of words', () => {
  const thai = leaves({ ...th, ...about_th, ...record_th, ...people_th, ...custody_th, ...wallet_th, ...streets_th, ...world_th, ...conduct_th, ...assets_th, ...meetings_th });
  const english = new Map(leaves({ ...en, ...about_en, ...record_en, ...people_en, ...custody_en, ...wallet_en, ...streets_en, ...world_en, ...conduct_en, ...assets_en, ...meetings_en }));
  it('have the same keys', () => {
    expect(thai.map(([key]) => key)).toEqual([...english.keys()]);
  });
  it('have no empty text', () => {
    for (const [key, text] of [...thai, ...english]) expect(text.trim(), key).not.toBe('');
  });
  it('leave the same gaps to fill', () => {
    for (const [key, text] of thai) expect(gaps(text), key).toEqual(gaps(english.get(key) ?? ''));
  });
  it('are written in their own language', () => {
    for (const [key, text] of english) expect(/[\u0e00-\u0e7f]/.test(text), key).toBe(false);
    const worded = thai.filter(([, text]) => /\p{L}/u.test(text.replace(/\{\w+\}/g, '')));
    for (const [key, text] of worded) expect(/[\u0e00-\u0e7f]/.test(text), key).toBe(true);
  });
});

describe('filling', () => {
  it('puts in what is given and keeps what is not', () => {
    expect(fill('{a} and {b}', { a: 1 })).toBe('1 and {b}');
  });
  it('picks a word by number', () => {
    expect(fill('{n} {n|act|acts}', { n: 1 })).toBe('1 act');
    expect(fill('{n} {n|act|acts}', { n: 2 })).toBe('2 acts');
  });
});

describe('the first language', () => {
  it.each([
    [null, ['th-TH', 'en'], 'th'],
    [null, ['en-GB', 'th'], 'en'],
    [null, ['fr'], 'th'],
    ['en', ['th'], 'en'],
    ['xx', [], 'th'],
  ] as const)('chosen %s of %j is %s', (chosen, wanted, got) => expect(firstLanguage(chosen, wanted)).toBe(got));
});

describe('numbers and times', () => {
  const at = '2026-11-22T03:04:05Z';
  beforeEach(() => language.set('en'));
  it('are Gregorian in English, on the clock of Bangkok', () => {
    expect(date(at)).toBe('22 Nov 2026');
    expect(exact(at)).toBe('22 Nov 2026 10:04:05');
    expect(relative(at, Date.parse('2026-11-22T03:07:30Z'))).toBe('3 minutes ago');
  });
  it('are Buddhist in Thai', () => {
    language.set('th');
    expect(date(at)).toBe('22 พ.ย. 2569');
    expect(month(at)).toBe('พ.ย. 2569');
    expect(relative(at, Date.parse(at))).toBe('ขณะนี้');
  });
  it('are no finer than their series', () => {
    expect(period(at, 2_629_800)).toBe('Nov 2026');
    expect(period(at, 86_400)).toBe('22 Nov 2026');
    expect(period('2012-12-31T20:00:00Z', 2_629_800)).toBe('Dec 2012');
    expect(period(at, 3600)).toBe('22 Nov 2026 10:04');
  });
  it('follow the clock of their series', () => {
    expect(period('2018-03-07T14:00:00Z', 3600, 'America/Chicago')).toBe('7 Mar 2018 08:00');
    expect([offsetOf(Date.parse('2018-03-11T07:59:59Z'), 'America/Chicago'), offsetOf(Date.parse('2018-03-11T08:00:00Z'), 'America/Chicago')]).toEqual([
      -6 * 3_600_000,
      -5 * 3_600_000,
    ]);
    expect(zoneName('Asia/Bangkok')).toContain('Asia/Bangkok');
  });
  it('name a stretch by what it covers', () => {
    expect(stretch('2013-04-01T00:00:00Z', '2013-05-01T00:00:00Z')).toBe('Apr 2013');
    expect(stretch('2012-11-01T00:00:00Z', '2013-02-01T00:00:00Z')).toBe('Nov 2012 – Jan 2013');
    expect(stretch('2018-03-02T00:00:00Z', '2018-03-09T00:00:00Z')).toBe('2 Mar 2018 – 8 Mar 2018');
    expect(stretch('2018-03-07T15:00:00Z', '2018-03-07T16:00:00Z')).toBe('7 Mar 2018 22:00–23:00');
    expect(stretch('2018-07-05T04:00:00Z', '2018-07-05T06:00:00Z', 'America/Chicago')).toBe('4 Jul 2018 23:00 – 5 Jul 2018 01:00');
    language.set('th');
    expect(stretch('2012-02-01T00:00:00Z', '2012-03-01T00:00:00Z')).toBe('ก.พ. 2555');
  });
  it('carry a sign and a unit where they need one', () => {
    expect(signed(-1.25, 1)).toBe('−1.3');
    expect(signed(3)).toBe('+3');
    expect(number(1234.5, 1)).toBe('1,234.5');
    expect(number(-0)).toBe('0');
    expect([900, 2_629_800, 730 * 86_400].map(duration)).toEqual(['15 minutes', '1 month', '2 years']);
    expect(bytes(2048)).toBe('2.0 kB');
  });
});
