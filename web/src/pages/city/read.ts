import { address, get, segment } from '../../api/client';
import { problemFrom, problemOf } from '../../api/problem';
import { depthsOf, terrainOf, type Grid } from '../../world/table/grid';
import { lanesOf, signalsOf } from '../streets/live';
import type { StreetMap } from '../streets/words';
import type { City, CityObject } from './types';

async function bytes(path: string): Promise<ArrayBuffer> {
  let reply: Response;
  try {
    reply = await fetch(path, { credentials: 'same-origin' });
  } catch (cause) {
    throw problemFrom(cause);
  }
  if (!reply.ok) throw await problemOf(reply);
  return reply.arrayBuffer();
}

/** A district without relief of its own: one cell as high as its lowest thing. */
const flat = (city: City): Grid<Float32Array> => ({ columns: 1, rows: 1, cell_m: Math.max(...city.size), values: Float32Array.of(city.bounds[0][1] ?? 0) });

/** Ground, things and the address of the tiles. */
export async function readDistrict(city: City) {
  const at = (name: string): string => address(`/cities/${segment(city.id)}/files/${name}`, { v: city.files[name]?.sha256 });
  const [terrain, objects] = await Promise.all([
    city.files['terrain.bin'] ? bytes(at('terrain.bin')).then(terrainOf) : flat(city),
    get<CityObject[]>(`/cities/${segment(city.id)}/files/objects.json`),
  ]);
  return { size: city.size, origin: city.origin, terrain, objects, tileset: at('tileset.json') };
}
export type Read = Awaited<ReturnType<typeof readDistrict>>;

export async function readStreet(street: string) {
  const map = await get<StreetMap>(`/streets/${segment(street)}/map`);
  const lanes = lanesOf(map);
  return { id: street, map, lanes, signals: signalsOf(map, lanes) };
}
export type ReadStreet = Awaited<ReturnType<typeof readStreet>>;

/** Depths in mm: the greatest of the whole time, or those at a minute of it. */
export async function readDepths(flood: string, which: 'before' | 'after', at?: number): Promise<Grid<Uint16Array>> {
  return depthsOf(await bytes(address(`/floods/${segment(flood)}/depths`, { which, at })));
}
