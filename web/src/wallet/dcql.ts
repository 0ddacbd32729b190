import type { Text } from '../api/types';
import { isOver, type Card } from './card';
import { need } from './fault';
import { isObject, textOf, textsOf, type Json, type JsonObject } from './json';
import type { Path } from './sd-jwt';

/** Digital Credentials Query Language (OpenID4VP §6): what is asked, and in which ways it can be answered. */

type Step = string | number | null;
export type ClaimQuery = { id: string | undefined; path: Step[]; values: (string | number | boolean)[] | undefined };
export type CredentialQuery = { id: string; types: string[]; bound: boolean; claims: ClaimQuery[]; claim_sets: string[][] | undefined };
export type SetQuery = { options: string[][]; required: boolean; purpose: Text | undefined };
export type Query = { credentials: CredentialQuery[]; sets: SetQuery[] };

const most = 64;
const is_id = (id: string | undefined): id is string => id !== undefined && /^[A-Za-z0-9_-]{1,256}$/.test(id);
const listed = (value: Json | undefined, what: string): Json[] => {
  need(Array.isArray(value) && value.length > 0 && value.length <= most, 'query_unsupported', `${what} are not 1 to ${most}`);
  return value;
};
const different = (ids: string[]): boolean => new Set(ids).size === ids.length;

export function parseQuery(given: Json | undefined): Query {
  need(isObject(given), 'query_unsupported', 'dcql_query is not an object');
  const credentials = listed(given['credentials'], 'credentials').map(credentialQuery);
  const ids = credentials.map((each) => each.id);
  need(different(ids), 'query_unsupported', 'an id is there twice');
  const asked = given['credential_sets'];
  const sets =
    asked === undefined
      ? [{ options: [ids], required: true, purpose: undefined }]
      : listed(asked, 'credential_sets').map((each) => setQuery(each, ids));
  return { credentials, sets };
}

function credentialQuery(given: Json): CredentialQuery {
  need(isObject(given), 'query_unsupported', 'a credential query is not an object');
  const id = textOf(given, 'id');
  need(is_id(id), 'query_unsupported', 'a credential query has no proper id');
  // An answer that does not look at them would claim a trust that nobody checked.
  need(given['trusted_authorities'] === undefined, 'query_unsupported', 'trusted_authorities are not supported');
  const types = isObject(given['meta']) ? textsOf(given['meta']['vct_values']) : [];
  const claims = given['claims'] === undefined ? [] : listed(given['claims'], 'claims').map(claimQuery);
  const claim_ids = claims.flatMap((each) => (each.id === undefined ? [] : [each.id]));
  need(different(claim_ids), 'query_unsupported', 'an id of a claim is there twice');
  const sets = given['claim_sets'];
  const claim_sets = sets === undefined ? undefined : listed(sets, 'claim_sets').map((set) => textsOf(set));
  need(
    !claim_sets || claim_sets.every((set) => set.length > 0 && set.every((each) => claim_ids.includes(each))),
    'query_unsupported',
    'claim_sets name an unknown claim',
  );
  // A credential of another format is nothing that we hold: no type of ours will fit.
  return {
    id,
    types: given['format'] === 'dc+sd-jwt' ? types : [],
    bound: given['require_cryptographic_holder_binding'] !== false,
    claims,
    claim_sets,
  };
}

function claimQuery(given: Json): ClaimQuery {
  need(isObject(given), 'query_unsupported', 'a claim query is not an object');
  const path = listed(given['path'], 'steps of a path');
  const is_step = (step: Json): step is Step =>
    step === null || typeof step === 'string' || (typeof step === 'number' && Number.isSafeInteger(step) && step >= 0);
  need(path.every(is_step), 'query_unsupported', 'a path has a wrong step');
  const values = given['values'] === undefined ? undefined : listed(given['values'], 'values');
  const is_plain = (each: Json): each is string | number | boolean => ['string', 'number', 'boolean'].includes(typeof each);
  need(values === undefined || values.every(is_plain), 'query_unsupported', 'values are not plain');
  const id = textOf(given, 'id');
  need(id === undefined || is_id(id), 'query_unsupported', 'a claim has no proper id');
  return { id, path, values };
}

function setQuery(given: Json, ids: string[]): SetQuery {
  need(isObject(given), 'query_unsupported', 'a credential set is not an object');
  const options = listed(given['options'], 'options').map((option) => textsOf(option));
  need(
    options.every((option) => option.length > 0 && option.every((id) => ids.includes(id))),
    'query_unsupported',
    'a set names a credential that is not asked for',
  );
  const purpose = textOf(given, 'purpose');
  return { options, required: given['required'] !== false, purpose: purpose ? { th: purpose, en: purpose } : undefined };
}

/** The values to which a path leads (§7.1.1), each by its own path. */
export function expand(path: Step[], claims: JsonObject): { path: Path; value: Json }[] {
  let found: { path: Path; value: Json }[] = [{ path: [], value: claims }];
  for (const step of path) {
    found = found.flatMap(({ path: above, value }) => {
      if (typeof step === 'string')
        return isObject(value) && Object.hasOwn(value, step) ? [{ path: [...above, step], value: value[step] ?? null }] : [];
      if (!Array.isArray(value)) return [];
      const all = value.map((each, at) => ({ path: [...above, at], value: each }));
      return step === null ? all : all.slice(step, step + 1);
    });
  }
  return found;
}

/** A card that answers, and the ways in which it can: what would be shown, the verifier's favourite first. */
export type Candidate = { card: Card; ways: Path[][] };
/** Why nothing answers: there is no such card, it is over, all copies were shown, or it lacks a claim. */
export type Lack = 'none' | 'expired' | 'used_up' | 'claims';
export type Asked = { query: CredentialQuery; candidates: Candidate[]; lack: Lack | undefined };
export type Choice = { options: string[][]; required: boolean; purpose: Text | undefined };
/** What the person is asked; `possible` only if all that is required can be answered, and else nothing at all is shown. */
export type Plan = { asked: Map<string, Asked>; choices: Choice[]; possible: boolean };

export function plan(query: Query, cards: Card[], now: number): Plan {
  const asked = new Map(query.credentials.map((each) => [each.id, look(each, cards, now)]));
  const can = (id: string): boolean => (asked.get(id)?.candidates.length ?? 0) > 0;
  const choices = query.sets.map((set) => ({ ...set, options: set.options.filter((option) => option.every(can)) }));
  return {
    asked,
    choices: choices.filter((each) => each.required || each.options.length > 0),
    possible: choices.every((each) => !each.required || each.options.length > 0),
  };
}

function look(query: CredentialQuery, cards: Card[], now: number): Asked {
  const typed = cards.filter((card) => query.types.includes(card.vct));
  const current = typed.filter((card) => !isOver(card, now));
  const fresh = current.filter((card) => card.copies.length > 0);
  const candidates = fresh.map((card) => ({ card, ways: waysOf(query, card.claims) })).filter((each) => each.ways.length > 0);
  const lack: Lack | undefined =
    candidates.length > 0
      ? undefined
      : typed.length === 0
        ? 'none'
        : current.length === 0
          ? 'expired'
          : fresh.length === 0
            ? 'used_up'
            : 'claims';
  return { query, candidates, lack };
}

/** §6.4.1: all claims that are asked for, or one of the sets of them. */
function waysOf(query: CredentialQuery, claims: JsonObject): Path[][] {
  const all = (wanted: ClaimQuery[]): Path[] | undefined => {
    const found = wanted.map(({ path, values }) =>
      expand(path, claims).filter(({ value }) => values === undefined || values.includes(value as string)),
    );
    return found.every((each) => each.length > 0) ? found.flat().map((each) => each.path) : undefined;
  };
  const sets = query.claim_sets?.map((set) => query.claims.filter((claim) => claim.id !== undefined && set.includes(claim.id))) ?? [
    query.claims,
  ];
  return sets.map(all).filter((way) => way !== undefined);
}
