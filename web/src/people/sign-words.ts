import { get } from '../api/client';
import { officesOnce } from '../api/once';
import type { Delegation } from '../api/types';
import { exact } from '../i18n/format';
import { say, t, type Key } from '../i18n/index.svelte';
import { nameOf } from '../pages/people/cards';
import { baht } from '../pages/people/mandate-words';

/** In words what a signed request does. What is not listed is told by its method and path. */
const deeds: [method: string, path: RegExp, key: string][] = [
  ['POST', /^\/mandates$/, 'grant_mandate'],
  ['POST', /^\/mandates\/[^/]+\/accept$/, 'accept_mandate'],
  ['POST', /^\/mandates\/[^/]+\/refuse$/, 'refuse_mandate'],
  ['POST', /^\/mandates\/[^/]+\/confirm$/, 'confirm_mandate'],
  ['POST', /^\/mandates\/[^/]+\/revoke$/, 'revoke_mandate'],
  ['POST', /^\/organisations$/, 'register_organisation'],
  ['POST', /^\/organisations\/[^/]+\/confirm$/, 'confirm_organisation'],
  ['POST', /^\/organisations\/[^/]+\/refuse$/, 'refuse_organisation'],
  ['DELETE', /^\/passkeys\/[^/]+$/, 'remove_passkey'],
  ['POST', /^\/me\/recovery-code$/, 'prepare_code'],
  ['POST', /^\/me\/erasure$/, 'request_erasure'],
  ['POST', /^\/holds$/, 'place_hold'],
  ['DELETE', /^\/holds\/[^/]+$/, 'lift_hold'],
  ['POST', /^\/recovery\/desk$/, 'vouch'],
  ['POST', /^\/recovery\/desk\/[^/]+\/confirm$/, 'confirm_recovery'],
  ['POST', /^\/officers$/, 'appoint'],
  ['POST', /^\/officers\/invitations$/, 'invite'],
  ['POST', /^\/officers\/accept$/, 'accept_office'],
  ['DELETE', /^\/officers\/[^/]+$/, 'dismiss'],
  ['POST', /^\/unmaskings$/, 'request_unmasking'],
  ['POST', /^\/unmaskings\/[^/]+\/decide$/, 'decide_unmasking'],
  ['POST', /^\/unmaskings\/[^/]+\/open$/, 'open_unmasking'],
  ['POST', /^\/unmaskings\/[^/]+\/withdraw$/, 'withdraw_unmasking'],
  ['POST', /^\/custody\/[^/]+\/decide$/, 'decide_hand_over'],
  ['POST', /^\/me\/credentials\/[^/]+\/revoke$/, 'revoke_own_credential'],
  ['POST', /^\/credentials\/[^/]+\/revoke$/, 'revoke_credential'],
  ['POST', /^\/runs\/[^/]+\/approve$/, 'approve_run'],
  ['POST', /^\/runs\/[^/]+\/refuse$/, 'refuse_run'],
  ['POST', /^\/measures\/[^/]+\/stop$/, 'stop_measure'],
  ['POST', /^\/measures\/[^/]+\/resume$/, 'resume_measure'],
  ['POST', /^\/assets$/, 'register_asset'],
  ['POST', /^\/assets\/[^/]+\/offer$/, 'offer_asset'],
  ['POST', /^\/assets\/[^/]+\/acceptance$/, 'accept_asset'],
  ['POST', /^\/assets\/[^/]+\/retirement$/, 'retire_asset'],
  ['POST', /^\/assets\/[^/]+\/disputes$/, 'dispute_asset'],
  ['POST', /^\/assets\/[^/]+\/disputes\/[^/]+\/decision$/, 'settle_dispute'],
  ['POST', /^\/assets\/[^/]+\/disputes\/[^/]+\/review$/, 'review_settlement'],
  ['POST', /^\/levers\/[^/]+\/undo$/, 'undo_lever'],
  ['POST', /^\/meetings\/[^/]+\/amendments$/, 'propose_amendment'],
];

export function titleOf(method: string, path: string): string {
  const [short = ''] = path.replace(/^\/api\/v1/, '').split('?');
  const deed = deeds.find(([wanted, pattern]) => wanted === method && pattern.test(short))?.[2];
  return deed ? t(`people.deed.${deed}` as Key) : t('people.deed.other', { request: `${method} ${path}` });
}

const named = new Set([
  ...['form', 'principal', 'agent', 'scope', 'limit_per_act_satang', 'limit_total_satang', 'from', 'until', 'note', 'evidence', 'finding'],
  ...['name', 'registration', 'subject', 'basis', 'hidden', 'persona', 'handle', 'office', 'roles', 'reason'],
  ...['legal_basis', 'warrant', 'deadline', 'release'],
  ...['clause', 'base', 'heading', 'text'],
  ...['sha256', 'media_type', 'size', 'title', 'maker', 'licence', 'provenance', 'to', 'outcome'],
]);

/** Ids by what they are called, as far as the page knows: forms, groups, offices, names of handles. */
export type Called = ReadonlyMap<string, string>;

/** The content of a request, entry by entry, in the words of the page; the bytes as sent stand in the exact part of the dialog. */
export function contentOf(body: string, called: Called): { name: string; value: string }[] {
  if (!body) return [];
  const given: unknown = JSON.parse(body);
  if (typeof given !== 'object' || given === null) return [];
  return Object.entries(given).map(([name, value]) => ({
    // A mandate's scope is a list of what may be done; a case's is what is to be found out.
    name: name === 'scope' && typeof value === 'string' ? t('people.content.finding_out') : named.has(name) ? t(`people.content.${name}` as Key) : name,
    value: shown(name, value, called),
  }));
}

function shown(name: string, value: unknown, called: Called): string {
  if (Array.isArray(value)) return value.map((each) => shown(name, each, called)).join(', ');
  if (typeof value === 'number' && name.endsWith('_satang')) return baht(value);
  if (typeof value === 'string' && (name === 'from' || name === 'until' || name === 'deadline')) return exact(value);
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
  if (typeof value !== 'string') return JSON.stringify(value);
  const title = called.get(value);
  return title === undefined ? value : /^(persona|org|officer)_/.test(value) ? `${title} · ${value}` : title;
}

/** Asks the hall what the ids of a request are called. What has no name keeps its id. */
export async function namesIn(body: string): Promise<Called> {
  const given = body ? (JSON.parse(body) as Record<string, unknown>) : {};
  const ids = Object.values(given).flat().filter((each) => typeof each === 'string');
  const handles = ids.filter((id) => /^(persona|org)_/.test(id));
  const [delegation, offices, names] = await Promise.all([
    Array.isArray(given['scope']) || 'form' in given ? get<Delegation>('/mandate-forms') : undefined,
    'office' in given ? officesOnce() : [],
    Promise.all(handles.map(async (id) => [id, await nameOf(id)] as const)),
  ]);
  const titled = [...(delegation?.forms ?? []), ...(delegation?.groups ?? []), ...offices, ...offices.filter((each) => each.id === given['office']).flatMap((each) => each.roles)];
  return new Map([...titled.map((each) => [each.id, say(each.title)] as const), ...names.filter(([, name]) => name !== '')]);
}
