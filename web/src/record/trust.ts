/**
 * The log's key and policy come from the hall itself. What a browser can add is memory: it keeps the ones it saw first
 * and says so when they change.
 */
export type Pinned = { policy: string; since: string };
export type Trust = { state: 'first' | 'same' | 'changed'; since: string };

const name = (origin: string): string => `sala.trust.${origin}`;

export function recall(store: Storage, origin: string, policy: string, now: string): Trust {
  const kept = read(store, origin);
  if (!kept) {
    accept(store, origin, policy, now);
    return { state: 'first', since: now };
  }
  return { state: kept.policy === policy ? 'same' : 'changed', since: kept.since };
}

export function accept(store: Storage, origin: string, policy: string, now: string): void {
  try {
    store.setItem(name(origin), JSON.stringify({ policy, since: now } satisfies Pinned));
  } catch {
    // a full or closed store only means that this browser has no memory
  }
}

function read(store: Storage, origin: string): Pinned | null {
  try {
    return JSON.parse(store.getItem(name(origin)) ?? 'null') as Pinned | null;
  } catch {
    return null;
  }
}
