import type { Text } from '../api/types';
import type about_en from './about.en.json';
import type assets_en from './assets.en.json';
import type city_en from './city.en.json';
import type conduct_en from './conduct.en.json';
import type custody_en from './custody.en.json';
import type en from './en.json';
import { language, type Language } from './language.svelte';
import type meetings_en from './meetings.en.json';
import type people_en from './people.en.json';
import type record_en from './record.en.json';
import type streets_en from './streets.en.json';
import type wallet_en from './wallet.en.json';
import type world_en from './world.en.json';

export { language, type Language };

type Words = typeof en & typeof about_en & typeof record_en & typeof people_en & typeof custody_en & typeof wallet_en & typeof streets_en & typeof world_en & typeof conduct_en & typeof assets_en & typeof city_en & typeof meetings_en;
type Leaves<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${Prefix}${K}` : Leaves<T[K], `${Prefix}${K}.`>;
}[keyof T & string];
export type Key = Leaves<Words>;
export type Given = Record<string, string | number>;

type Book = 'hall' | 'about' | 'record' | 'people' | 'custody' | 'wallet' | 'streets' | 'world' | 'conduct' | 'city' | 'meetings' | 'assets';
let loaded = $state.raw<Partial<Record<Language, Partial<Words>>>>({});

type Editions = Record<Language, () => Promise<{ default: Partial<Words> }>>;
/** The first page needs the hall's own words only; a room brings its book with its pages. */
const shelf: Partial<Record<Book, Editions>> = {
  hall: { th: () => import('./th.json'), en: () => import('./en.json') },
  about: { th: () => import('./about.th.json'), en: () => import('./about.en.json') },
  record: { th: () => import('./record.th.json'), en: () => import('./record.en.json') },
  people: { th: () => import('./people.th.json'), en: () => import('./people.en.json') },
  streets: { th: () => import('./streets.th.json'), en: () => import('./streets.en.json') },
  wallet: { th: () => import('./wallet.th.json'), en: () => import('./wallet.en.json') },
  world: { th: () => import('./world.th.json'), en: () => import('./world.en.json') },
  meetings: { th: () => import('./meetings.th.json'), en: () => import('./meetings.en.json') },
  city: { th: () => import('./city.th.json'), en: () => import('./city.en.json') },
  assets: { th: () => import('./assets.th.json'), en: () => import('./assets.en.json') },
  conduct: { th: () => import('./conduct.th.json'), en: () => import('./conduct.en.json') },
};
const wanted = new Set<Book>(['hall']);
const held = new Set<string>();

async function read(next: Language): Promise<void> {
  const missing = [...wanted].filter((book) => !held.has(`${book} ${next}`));
  const found = await Promise.all(missing.map(async (book) => (await shelf[book]?.[next]())?.default ?? {}));
  if (missing.length === 0) return;
  loaded = { ...loaded, [next]: Object.assign({}, loaded[next], ...found) as Partial<Words> };
  for (const book of missing) held.add(`${book} ${next}`);
}

/** Fetches the words of one language, once, and turns the page to it. */
export async function speak(next: Language): Promise<void> {
  await read(next);
  language.set(next);
}

/** Brings one more book in the page's language; what turns the page to another language brings it there too. `from`: where it lies, if not here. */
export async function open(book: Book, from?: Editions): Promise<void> {
  if (from) shelf[book] = from;
  wanted.add(book);
  await read(language.current);
}

export function t(key: Key, given: Given = {}): string {
  return fill(find(loaded[language.current], key) ?? key, given);
}

/** The side of a bilingual text that the page is in; a missing side falls back to the other. */
export const say = (text: Text): string => text[language.current] || text.th || text.en;

function find(words: Partial<Words> | undefined, key: string): string | undefined {
  let at: unknown = words;
  for (const part of key.split('.')) at = (at as Record<string, unknown> | undefined)?.[part];
  return typeof at === 'string' ? at : undefined;
}

/** `{name}` is replaced by what is given; `{n|act|acts}` picks the word by the number n. */
export function fill(text: string, given: Given): string {
  return text.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, name: string, one?: string, many?: string) => {
    const value = given[name];
    if (value === undefined) return whole;
    if (one === undefined || many === undefined) return String(value);
    return String(value) === '1' ? one : many;
  });
}
