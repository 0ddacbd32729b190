import { date, exact, number } from '../../i18n/format';
import { say, t } from '../../i18n/index.svelte';
import { labelOf, linesOf, type Line, type Names } from '../../wallet/names';
import type { Json } from '../../wallet/json';

/** Claims as people read them: a name and what it says, one line for a list. */
export type Row = { label: string; value: string };

export function valueWords(value: Line['value']): string {
  if (typeof value === 'boolean') return t(value ? 'common.yes' : 'common.no');
  if (value === null) return t('common.no_value');
  // Numbers stand as they were signed: a year or a house number has no thousands.
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : number(value, 2);
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return date(`${value}T12:00:00Z`, 'UTC');
  if (/^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(value)) return exact(value);
  return value;
}

export function rowsOf(claims: Json, names: Names): Row[] {
  const rows: Row[] = [];
  for (const { path, value } of linesOf(claims)) {
    const label = say(labelOf(names, path));
    const known = rows.find((row) => row.label === label);
    if (known) known.value = `${known.value}, ${valueWords(value)}`;
    else rows.push({ label, value: valueWords(value) });
  }
  return rows;
}
