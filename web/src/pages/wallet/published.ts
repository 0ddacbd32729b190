import { get } from '../../api/client';
import type { Page, PresentationQuery } from '../../api/types';
import { isObject, type Json } from '../../wallet/json';
import type { Request } from '../../wallet/request';

/** What may be asked of wallets here, as everybody can read it. */
export const publishedQueries = async (): Promise<PresentationQuery[]> =>
  (await get<Page<PresentationQuery>>('/presentation-queries')).items;

/** What this hall publishes of the very question that it asks here. Another verifier's list can't be read from this page. */
export async function publishedOf(request: Request): Promise<PresentationQuery | undefined> {
  if (!request.verifier.signed || new URL(request.response_uri).origin !== location.origin) return undefined;
  const wanted = sorted(request.dcql);
  return (await publishedQueries().catch(() => [])).find((each) => sorted(each.dcql as Json) === wanted);
}

/** The same JSON has the same text, in whichever order its members stand. */
export function sorted(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(sorted).join(',')}]`;
  if (isObject(value))
    return `{${Object.keys(value)
      .sort()
      .map((name) => `${JSON.stringify(name)}:${sorted(value[name] ?? null)}`)
      .join(',')}}`;
  return JSON.stringify(value);
}
