import { sha256 } from '@noble/hashes/sha2.js';
import { toBase64, utf8 } from '../record/bytes';
import type { Text } from '../api/types';
import { need } from './fault';
import { isObject, readObject, textOf, type Json, type JsonObject } from './json';
import { getText, safe, type World } from './net';
import type { Path } from './sd-jwt';

/** How a credential and its claims are called, in both languages of the hall. */

export type ClaimName = { path: (string | number | null)[]; label: Text };
export type Names = { title: Text; description: Text | undefined; claims: ClaimName[] };

/** The type's own metadata (SD-JWT VC §6) where its address can be asked, else what the issuer says of its offer. */
export async function namesOf(world: World, vct: string, claims: JsonObject, fallback: Names): Promise<Names> {
  if (!/^https?:/.test(vct)) return fallback;
  try {
    safe(vct);
    const text = await getText(world, vct, 'application/json');
    const integrity = textOf(claims, 'vct#integrity');
    if (integrity)
      need(
        integrity.split(/\s+/).includes(`sha256-${toBase64(sha256(utf8(text)))}`),
        'credential_bad',
        'the type metadata is not what the credential names',
      );
    const found = readObject(text, 'answer_unreadable', 'the type metadata');
    need(found['vct'] === vct, 'answer_unreadable', 'it describes another type');
    return { ...fallback, ...typeNames(found, fallback) };
  } catch {
    // Without its names a credential is as good as before: it shows the issuer's words, or its raw names.
    return fallback;
  }
}

function typeNames(metadata: JsonObject, fallback: Names): Names {
  const claims = listed(metadata['claims']).flatMap((each) => claimName(each, 'label'));
  return {
    title: textIn(metadata['display'], 'name') ?? fallback.title,
    description: textIn(metadata['display'], 'description') ?? fallback.description,
    claims: claims.length > 0 ? claims : fallback.claims,
  };
}

/** What issuer metadata says of a configuration (OpenID4VCI §12.2.4). */
export function configurationNames(configuration: JsonObject, id: string): Names {
  const given = configuration['credential_metadata'];
  const metadata = isObject(given) ? given : configuration;
  return {
    title: textIn(metadata['display'], 'name') ?? { th: id, en: id },
    description: textIn(metadata['display'], 'description'),
    claims: listed(metadata['claims']).flatMap((each) => claimName(each, 'name')),
  };
}

function claimName(entry: JsonObject, member: string): ClaimName[] {
  const label = textIn(entry['display'], member);
  const { path } = entry;
  const is_path = Array.isArray(path) && path.every((step) => step === null || typeof step === 'string' || typeof step === 'number');
  return label && is_path ? [{ path: path as ClaimName['path'], label }] : [];
}

const listed = (value: Json | undefined): JsonObject[] => (Array.isArray(value) ? value.filter(isObject) : []);

/** The entry of each language; a language that is missing borrows the other. */
export function textIn(display: Json | undefined, member: string): Text | undefined {
  const entries = listed(display).flatMap((each) => {
    const text = textOf(each, member);
    return text
      ? [{ language: (textOf(each, 'locale') ?? textOf(each, 'lang') ?? '').toLowerCase().split('-')[0], text: text.slice(0, 400) }]
      : [];
  });
  const of = (language: string): string | undefined => entries.find((each) => each.language === language)?.text;
  const any = of('en') ?? entries[0]?.text;
  if (any === undefined) return undefined;
  return { th: of('th') ?? any, en: of('en') ?? of('th') ?? any };
}

/** The label of a claim; one without a name is called by its path, so that nothing is shown unnamed. */
export function labelOf(names: Names, path: Path): Text {
  const fits = (wanted: ClaimName['path']): boolean =>
    wanted.length === path.length && wanted.every((step, at) => step === path[at] || (step === null && typeof path[at] === 'number'));
  const found = names.claims.find((each) => fits(each.path))?.label;
  if (found) return found;
  const last = path.at(-1);
  if (typeof last === 'number' && path.length > 1) return labelOf(names, path.slice(0, -1));
  const raw = path.join(' › ');
  return { th: raw, en: raw };
}

/** A value and where it stands, one line for people. */
export type Line = { path: Path; value: string | number | boolean | null };

/** A tree of claims, leaf by leaf. */
export function linesOf(value: Json, path: Path = []): Line[] {
  if (Array.isArray(value)) return value.flatMap((each, at) => linesOf(each, [...path, at]));
  if (isObject(value)) return Object.entries(value).flatMap(([name, each]) => linesOf(each, [...path, name]));
  return [{ path, value }];
}
