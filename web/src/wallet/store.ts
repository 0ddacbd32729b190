import type { Card, Copy, Shown } from './card';
import { need, WalletFault } from './fault';
import type { Journey } from './grant';
import { utf8 } from '../record/bytes';

/**
 * Where the wallet keeps what it has: IndexedDB of this browser, everything sealed by an AES key that the browser does not give away either.
 * Whoever copies the database files without the browser's keys has nothing; whoever can use this browser profile has the wallet.
 */

type Sealed = { iv: Uint8Array<ArrayBuffer>; bytes: ArrayBuffer };
type CardRecord = { id: string } & Sealed;
type CopyRecord = { id: string; card: string; key: CryptoKey } & Sealed;
type ShownRecord = { id: string; card: string } & Sealed;
type JourneyRecord = { id: string; signer: Journey['signer'] } & Sealed;

const stores = ['keys', 'cards', 'copies', 'shown', 'journeys'] as const;
type StoreName = (typeof stores)[number];
/** A journey that took longer is lost: seconds. */
const longest_journey = 3600;

export class Store {
  readonly #db: IDBDatabase;
  readonly #key: CryptoKey;

  private constructor(db: IDBDatabase, key: CryptoKey) {
    this.#db = db;
    this.#key = key;
  }

  static async open(name = 'sala-wallet'): Promise<Store> {
    try {
      const db = await opened(name);
      const fresh = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
      // Two pages that open at once agree on the key that was there first.
      const key = await inOne(db, ['keys'], 'readwrite', async (of) => {
        const known = await done<CryptoKey | undefined>(of('keys').get('seal'));
        if (!known) await done(of('keys').put(fresh, 'seal'));
        return known ?? fresh;
      });
      return new Store(db, key);
    } catch (cause) {
      throw new WalletFault('store_closed', cause instanceof Error ? cause.message : 'IndexedDB is closed');
    }
  }

  async cards(): Promise<Card[]> {
    const [cards, copies, shown] = await inOne(this.#db, ['cards', 'copies', 'shown'], 'readonly', (of) =>
      Promise.all([
        done<CardRecord[]>(of('cards').getAll()),
        done<CopyRecord[]>(of('copies').getAll()),
        done<ShownRecord[]>(of('shown').getAll()),
      ]),
    );
    const found = cards.map(async (record) => ({
      ...(await this.#unseal<Omit<Card, 'copies' | 'shown'>>(record)),
      copies: await Promise.all(copies.filter((each) => each.card === record.id).map((each) => this.#copy(each))),
      shown: (await Promise.all(shown.filter((each) => each.card === record.id).map((each) => this.#unseal<Shown>(each)))).sort(
        (a, b) => b.at - a.at,
      ),
    }));
    return (await Promise.all(found)).sort((a, b) => b.received_at - a.received_at);
  }

  async put({ copies, shown: _, ...card }: Card): Promise<void> {
    const record: CardRecord = { id: card.id, ...(await this.#seal(card.id, card)) };
    const rest: CopyRecord[] = await Promise.all(
      copies.map(async ({ id, key, ...open }) => ({ id, card: card.id, key, ...(await this.#seal(id, open)) })),
    );
    await inOne(this.#db, ['cards', 'copies'], 'readwrite', async (of) => {
      await done(of('cards').put(record));
      for (const each of rest) await done(of('copies').put(each));
    });
    // Asks the browser not to clear it when the disk is full; a no changes nothing.
    void globalThis.navigator?.storage?.persist?.().catch(() => undefined);
  }

  /** Takes one copy out of the store: no other page, and no second try, can show it again. */
  async take(card: string): Promise<Copy> {
    const record = await inOne(this.#db, ['copies'], 'readwrite', async (of) => {
      const [first] = await done<CopyRecord[]>(of('copies').index('card').getAll(card, 1));
      if (first) await done(of('copies').delete(first.id));
      return first;
    });
    need(record, 'copy_used', 'no copy is left');
    return this.#copy(record);
  }

  async remember(card: string, shown: Shown): Promise<void> {
    const id = crypto.randomUUID();
    const record: ShownRecord = { id, card, ...(await this.#seal(id, shown)) };
    await inOne(this.#db, ['shown'], 'readwrite', (of) => done(of('shown').put(record)));
  }

  async remove(card: string): Promise<void> {
    await inOne(this.#db, ['cards', 'copies', 'shown'], 'readwrite', async (of) => {
      await done(of('cards').delete(card));
      for (const name of ['copies', 'shown'] as const) {
        for (const id of await done(of(name).index('card').getAllKeys(card))) await done(of(name).delete(id));
      }
    });
  }

  /** Everything, the sealing key too: what a copy of the database may still hold can't be read any more. */
  async clear(): Promise<void> {
    await inOne(this.#db, [...stores], 'readwrite', async (of) => {
      for (const name of stores) await done(of(name).clear());
    });
    this.#db.close();
  }

  async begin(journey: Journey): Promise<void> {
    const { signer, ...open } = journey;
    const record: JourneyRecord = { id: journey.state, signer, ...(await this.#seal(journey.state, open)) };
    await inOne(this.#db, ['journeys'], 'readwrite', (of) => done(of('journeys').put(record)));
  }

  /** The journey of this state, once. */
  async end(state: string, now: number): Promise<Journey> {
    const record = await inOne(this.#db, ['journeys'], 'readwrite', async (of) => {
      const found = await done<JourneyRecord | undefined>(of('journeys').get(state));
      await done(of('journeys').delete(state));
      return found;
    });
    need(record, 'sign_in_lost', 'no journey of this browser has this state');
    const journey = { ...(await this.#unseal<Omit<Journey, 'signer'>>(record)), signer: record.signer };
    need(journey.left_at > now - longest_journey, 'sign_in_lost', 'it took longer than an hour');
    return journey;
  }

  async #copy({ key, ...record }: CopyRecord): Promise<Copy> {
    return { ...(await this.#unseal<Omit<Copy, 'id' | 'key'>>(record)), id: record.id, key };
  }

  /** The id is sealed along: what was moved to another record does not open. */
  async #seal(id: string, value: unknown): Promise<Sealed> {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const algorithm = { name: 'AES-GCM', iv, additionalData: new Uint8Array(utf8(id)) };
    return { iv, bytes: await crypto.subtle.encrypt(algorithm, this.#key, new Uint8Array(utf8(JSON.stringify(value)))) };
  }

  async #unseal<T>({ id, iv, bytes }: { id: string } & Sealed): Promise<T> {
    const algorithm = { name: 'AES-GCM', iv, additionalData: new Uint8Array(utf8(id)) };
    const open = await crypto.subtle.decrypt(algorithm, this.#key, bytes).catch(() => undefined);
    need(open, 'store_closed', 'a record does not open with the key of this browser');
    return JSON.parse(new TextDecoder().decode(open)) as T;
  }
}

function opened(name: string): Promise<IDBDatabase> {
  const asked = indexedDB.open(name, 1);
  asked.onupgradeneeded = () => {
    for (const each of stores) {
      const made = asked.result.createObjectStore(each, each === 'keys' ? undefined : { keyPath: 'id' });
      if (each === 'copies' || each === 'shown') made.createIndex('card', 'card');
    }
  };
  return done(asked);
}

const done = <T>(asked: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error ?? new Error('IndexedDB'));
  });

/** One transaction; only its own requests may be awaited inside. Resolves when it is on disk. */
async function inOne<T>(
  db: IDBDatabase,
  names: StoreName[],
  mode: IDBTransactionMode,
  work: (of: (name: StoreName) => IDBObjectStore) => Promise<T>,
): Promise<T> {
  const transaction = db.transaction(names, mode, { durability: 'strict' });
  const committed = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
  });
  const [found] = await Promise.all([work((name) => transaction.objectStore(name)), committed]);
  return found;
}
