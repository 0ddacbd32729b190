import type { Card } from '../../wallet/card';
import { issuerKeys } from '../../wallet/credential';
import { WalletFault } from '../../wallet/fault';
import type { Jwk } from '../../wallet/jose';
import { browser } from '../../wallet/net';
import { isOver, statusOf } from '../../wallet/card';
import { standing, type Standing } from '../../wallet/status';
import { Store } from '../../wallet/store';

let opened: Promise<Store> | undefined;

/** The one store of this browser. */
export function store(): Promise<Store> {
  opened ??= Store.open().catch((cause: unknown) => {
    opened = undefined;
    throw cause;
  });
  return opened;
}

/** Everything is removed; what is kept from now on lies under a new key. */
export async function clear(): Promise<void> {
  await (await store()).clear();
  opened = undefined;
}

/** Something that the wallet tries: busy meanwhile, and afterwards nothing or a fault. */
export class Trial {
  busy = $state(false);
  fault = $state.raw<WalletFault>();

  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.fault = undefined;
    try {
      await work();
      return true;
    } catch (cause) {
      this.fault =
        cause instanceof WalletFault ? cause : new WalletFault('answer_unreadable', cause instanceof Error ? cause.message : String(cause));
      return false;
    } finally {
      this.busy = false;
    }
  }
}

export type Told = Standing | 'expired' | 'none';

/** Asks issuers how it stands with cards; each issuer's keys are fetched once. */
export class Standings {
  #keys = new Map<string, Promise<Jwk[]>>();

  async of(card: Card): Promise<Told> {
    if (isOver(card, browser.now())) return 'expired';
    const reference = statusOf(card);
    if (!reference) return 'none';
    const keys = this.#keys.get(card.issuer.id) ?? issuerKeys(browser, card.issuer.id);
    this.#keys.set(card.issuer.id, keys);
    try {
      return await standing(browser, reference, await keys);
    } catch {
      return 'unknown';
    }
  }
}

/** Who could not be reached is tried from a page that is loaded anew: only then does the browser let a wallet's page talk to other hosts. */
export const again = (fault: WalletFault): { retry?: () => void } =>
  fault.code === 'unreachable' ? { retry: () => location.reload() } : {};

/** An offer that was just made on a page of this hall: its PIN need not be typed again. Gone with the page. */
export const pins = new Map<string, string>();

/** The links of requests that were just made: the hall does not tell them again. */
export const links = new Map<string, string>();

/** A link of any wallet scheme, as an address of this wallet's pages. */
export function pageFor(link: string): string | undefined {
  const text = link.trim();
  if (text.startsWith('{')) return `/wallet/receive?${new URLSearchParams({ credential_offer: text }).toString()}`;
  const query = text.slice(text.indexOf('?')).split('#')[0] ?? '';
  if (!text.includes('?')) return undefined;
  const has = new URLSearchParams(query);
  if (has.has('credential_offer') || has.has('credential_offer_uri')) return `/wallet/receive${query}`;
  return has.has('client_id') ? `/wallet/present${query}` : undefined;
}
