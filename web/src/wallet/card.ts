import type { Text } from '../api/types';
import type { StatusReference } from './credential';
import type { JsonObject } from './json';
import type { Names } from './names';
import type { Path } from './sd-jwt';

/** A credential as the wallet keeps it: what it says, and single-use copies that say so. */
export type Card = {
  id: string;
  issuer: { id: string; name: Text; host: string };
  vct: string;
  names: Names;
  /** All claims, nothing withheld. */
  claims: JsonObject;
  /** Seconds since 1970. */
  expires: number | undefined;
  received_at: number;
  /** Those that nobody has seen yet. */
  copies: Copy[];
  /** Where the status stands once no copy is left. */
  last_status: StatusReference | undefined;
  /** To whom it was shown, the newest first. */
  shown: Shown[];
};

/** One copy is one pseudonym: shown once, then gone. */
export type Copy = { id: string; text: string; status: StatusReference | undefined; key: CryptoKey };

export type Shown = { at: number; to: string; purpose: string; paths: Path[] };

export const isOver = (card: Card, now: number): boolean => card.expires !== undefined && card.expires <= now;

/** Where to look whether it still holds. All copies are revoked together. */
export const statusOf = (card: Card): StatusReference | undefined => card.copies[0]?.status ?? card.last_status;
