import { beforeEach, describe, expect, it } from 'vitest';
import { fill } from './index.svelte';
import { bytes, date, duration, exact, month, number, period, relative, signed } from './format';
import { firstLanguage, language } from './language.svelte';
import en from './en.json';
import th from './th.json';

type Book = { [key: string]: string | Book };

function leaves(book: Book, path = ''): [string, string][] {
  return Object.entries(book).flatMap(([key, value]) =>
    typeof value === 'string' ? [[path + key, value] as [string, string]] : leaves(value, `${path}${key}.`),
  );
}
const gaps = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)/g)].map((found) => found[1] ?? ''))].sort();

describe('the two books of words', () => {
  const thai = leaves(th);
  const english = new Map(leaves(en));
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
    expect(period(at, 3600)).toBe('22 Nov 2026 10:04');
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
