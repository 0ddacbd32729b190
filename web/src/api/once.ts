import { get, segment } from './client';
import type { ActKind, AuthenticatorRule, Lever, MeasureDetail, Office, Page, Series } from './types';

/** What many pages name and what does not change while a page is open: fetched once, at the first need. */
const asked = new Map<string, Promise<unknown>>();

function once<T>(path: string): Promise<T> {
  const known = asked.get(path);
  if (known) return known as Promise<T>;
  const found = get<T>(path);
  asked.set(path, found);
  found.catch(() => asked.delete(path));
  return found;
}

const all = async <T>(path: string): Promise<T[]> => (await once<Page<T>>(path)).items;

export const seriesOnce = (id: string): Promise<Series> => once<Series>(`/series/${segment(id)}`);
export const measureOnce = (id: string): Promise<MeasureDetail> => once<MeasureDetail>(`/measures/${segment(id)}`);
/** For names, choices and units: what a lever stands at changes. */
export const leversOnce = (): Promise<Lever[]> => all<Lever>('/levers');
export const kindsOnce = (): Promise<ActKind[]> => all<ActKind>('/act-kinds');
/** What each office asks of its officers' passkeys: the profile's choice. */
export const authenticatorsOnce = (): Promise<AuthenticatorRule[]> => all<AuthenticatorRule>('/authenticators');
export const officesOnce = (): Promise<Office[]> => all<Office>('/offices');
