import type { Language } from '../../i18n/index.svelte';

/** Just enough of Cedar's text to list it: the engine in the hall decides, this only cuts and labels. */
export type Policy = { id: string; text: string };

/** The policies of a set, each from its annotations to the semicolon that ends it. Comments between them are left out. */
export function policiesOf(text: string): Policy[] {
  const found: Policy[] = [];
  let from = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (quoted) {
      if (letter === '\\') at++;
      else if (letter === '"') quoted = false;
    } else if (letter === '"') quoted = true;
    else if (letter === '/' && text[at + 1] === '/') at = (text.indexOf('\n', at) + 1 || text.length + 1) - 1;
    else if (letter === ';') {
      const policy = text.slice(from, at + 1).replace(/^(\s*\/\/[^\n]*\n|\s+)+/, '');
      found.push({ id: annotation(policy, 'id') ?? `policy${found.length}`, text: policy });
      from = at + 1;
    }
  }
  return found;
}

/** What a policy says for people, by its annotation in the page's language. */
export const saysOf = (policy: string, language: Language): string => annotation(policy, language) ?? '';

function annotation(policy: string, name: string): string | undefined {
  const found = new RegExp(`@${name}\\(("(?:[^"\\\\]|\\\\.)*")\\)`).exec(policy)?.[1];
  return found === undefined ? undefined : (JSON.parse(found) as string);
}

/** The operations that a schema lists as actions; groups of them, which have no `appliesTo`, are not among them. */
export function operationsOf(schema: string): string[] {
  const names = [...schema.matchAll(/\baction\s+("[^"]+"|[\w]+)(?:\s*,\s*(?:"[^"]+"|\w+))*[^;]*appliesTo/g)].map((found) => (found[1] ?? '').replace(/"/g, ''));
  return [...new Set(names)].sort();
}
