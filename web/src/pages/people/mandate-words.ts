import type { Mandate } from '../../api/types';
import { number } from '../../i18n/format';
import { say, t, type Key } from '../../i18n/index.svelte';

export const statusOf = (mandate: Mandate): string => t(`people.mandates.status_${mandate.status}` as Key);
export const lookOf = (mandate: Mandate): 'done' | 'attention' | 'plain' | 'harm' =>
  mandate.status === 'in_force'
    ? 'done'
    : mandate.status === 'offered' || mandate.status === 'awaits_confirmation' || mandate.status === 'scheduled'
      ? 'attention'
      : mandate.status === 'refused' || mandate.status === 'revoked'
        ? 'harm'
        : 'plain';
export const formOf = (mandate: Mandate): string => (mandate.form_title ? say(mandate.form_title) : mandate.form);
export const scopeOf = (mandate: Mandate): string => mandate.scope.map((each) => (each.title ? say(each.title) : each.id)).join(', ');
export const isOpen = (mandate: Mandate): boolean => !['expired', 'refused', 'revoked'].includes(mandate.status);

/** Satang as baht, exactly. */
export const baht = (satang: number): string => t('people.mandates.baht', { amount: number(satang / 100, satang % 100 === 0 ? 0 : 2) });

/** What someone typed as baht, in satang; nothing when left empty, null when it is no amount of money. */
export function satang(typed: string): number | undefined | null {
  const text = typed.replace(/[,\s]/g, '');
  if (text === '') return undefined;
  const found = /^(\d{1,13})(?:\.(\d{1,2}))?$/.exec(text);
  if (!found) return null;
  const all = Number(found[1]) * 100 + Number((found[2] ?? '').padEnd(2, '0'));
  return all > 0 ? all : null;
}

/** The end of a day that someone chose, on the hall's clock: the first moment after it. */
export function dayAfter(day: string, offset_ms: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000 - offset_ms).toISOString();
}
