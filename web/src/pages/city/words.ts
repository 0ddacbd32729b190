import { t, type Key } from '../../i18n/index.svelte';
import type { CityObject } from './types';

/** What a thing is called: its own name, else what it is and where. */
export function titleOf(object: CityObject): string {
  if (object.name) return object.name;
  const use = object.use && uses.has(object.use) ? object.use : 'building';
  const [x0, z0, x1, z1] = object.box;
  return t('city.unnamed', { use: t(`city.use.${use}` as Key), x: Math.round((x0 + x1) / 2), z: Math.round((z0 + z1) / 2) });
}
const uses = new Set(['building', 'shophouse', 'house', 'temple', 'chedi', 'market', 'school', 'tree', 'canal', 'road', 'park']);

export const nameOf = (objects: readonly CityObject[], id: string): string => {
  const object = objects.find((each) => each.id === id);
  return object ? titleOf(object) : id;
};

/** Things with a name of their own, by name: the places that a list can offer. */
export const namedOf = (objects: readonly CityObject[]): CityObject[] =>
  objects.filter((each) => each.name).sort((a, b) => (a.name ?? '').localeCompare(b.name ?? '', 'th'));
