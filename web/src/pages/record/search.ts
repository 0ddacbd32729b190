import type { Query } from '../../api/client';

/** What the record is searched for; it stands in the address, so that a search can be kept and sent. */
export type Search = { kind: string; office: string; from: string; to: string; subject: string };
const names = ['kind', 'office', 'from', 'to', 'subject'] as const;

export const nothing: Search = { kind: '', office: '', from: '', to: '', subject: '' };

export function fromAddress(query: string): Search {
  const given = new URLSearchParams(query);
  return Object.fromEntries(names.map((name) => [name, given.get(name) ?? ''])) as Search;
}

export function toAddress(search: Search): string {
  const given = new URLSearchParams(names.filter((name) => search[name]).map((name) => [name, search[name]]));
  return given.size > 0 ? `?${given}` : '';
}

/** Days are those of Bangkok; the last day is searched to its end. */
export function toQuery({ from, to, kind, office, subject }: Search): Query {
  return { kind, office: office.trim(), subject: subject.trim(), from: midnight(from, 0), to: midnight(to, 1) };
}

function midnight(day: string, later_days: number): string | undefined {
  const gregorian = day.replace(/^(2[4-9]\d\d)-/, (_, year: string) => `${Number(year) - 543}-`); // typed as a Buddhist year
  const at = Date.parse(`${gregorian}T00:00:00+07:00`);
  return Number.isNaN(at) ? undefined : new Date(at + later_days * 86_400_000).toISOString();
}
