import { get, segment } from '../../api/client';
import type { Organisation, PersonaCard } from '../../api/types';

const asked = new Map<string, Promise<string>>();

/** The public name behind a handle; empty when nobody chose one or it is gone. Asked once for each handle. */
export function nameOf(handle: string): Promise<string> {
  const known = asked.get(handle);
  if (known) return known;
  const found = handle.startsWith('org_')
    ? get<Organisation>(`/organisations/${segment(handle)}`).then((each) => each.name)
    : handle.startsWith('persona_')
      ? get<PersonaCard>(`/persona-cards/${segment(handle)}`).then((each) => each.name)
      : Promise.resolve('');
  const name = found.catch(() => '');
  asked.set(handle, name);
  return name;
}

/** A name was changed: it is asked for again. */
export const forget = (handle: string): boolean => asked.delete(handle);

/** A handle short enough to read out, long enough to tell two apart on one page. */
export const short = (handle: string): string => (handle.length > 22 ? `${handle.slice(0, 15)}…${handle.slice(-4)}` : handle);
