import type { Text } from '../api/types';
import type en from './en.json';
import { language, type Language } from './language.svelte';

export { language, type Language };

type Words = typeof en;
type Leaves<T, Prefix extends string = ''> = {
  [K in keyof T & string]: T[K] extends string ? `${Prefix}${K}` : Leaves<T[K], `${Prefix}${K}.`>;
}[keyof T & string];
export type Key = Leaves<Words>;
export type Given = Record<string, string | number>;

let loaded = $state.raw<Partial<Record<Language, Words>>>({});

const books: Record<Language, () => Promise<{ default: Words }>> = {
  th: () => import('./th.json'),
  en: () => import('./en.json'),
};

/** Fetches the words of one language, once, and turns the page to it. */
export async function speak(next: Language): Promise<void> {
  if (!loaded[next]) {
    const words = (await books[next]()).default;
    loaded = { ...loaded, [next]: words };
  }
  language.set(next);
}

export function t(key: Key, given: Given = {}): string {
  return fill(find(loaded[language.current], key) ?? key, given);
}

/** The side of a bilingual text that the page is in; a missing side falls back to the other. */
export const say = (text: Text): string => text[language.current] || text.th || text.en;

function find(words: Words | undefined, key: string): string | undefined {
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
