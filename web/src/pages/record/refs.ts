import { segment } from '../../api/client';
import type { Reference } from '../../api/types';

const doors: Partial<Record<Reference['kind'], string>> = { series: '/series', measure: '/measures', run: '/runs', act: '/record' };

/** Where a reference leads: to the page of what it names, or to all acts about it. */
export function doorOf({ kind, id }: Pick<Reference, 'kind' | 'id'>): string {
  const door = doors[kind];
  return door ? `${door}/${segment(id)}` : `/record?subject=${segment(id)}`;
}
