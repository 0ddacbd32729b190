import type { components } from '../api/schema';

/** A meeting as its hall tells it (docs/designs/meetings.md): by `get_meeting`, and in each frame `meeting` of its line. */

type Schemas = components['schemas'];
/** As it comes over the wire: where the contract has a null, the field may as well be left out. */
type Said<T> = T extends readonly (infer Each)[]
  ? Said<Each>[]
  : T extends object
    ? { [K in keyof T as null extends T[K] ? never : K]: Said<T[K]> } & { [K in keyof T as null extends T[K] ? K : never]?: Said<T[K]> }
    : T;

export type Who = Said<Schemas['MeetingParty']>;
export type MeetingState = Schemas['MeetingState'];
export type AgendaItem = Said<Schemas['AgendaItem']>;
export type Clause = Said<Schemas['MeetingClause']>;
export type Entry = Said<Schemas['MeetingWaiting']>;
export type Speaker = Said<Schemas['MeetingSpeaker']>;
export type Floor = Said<Schemas['MeetingFloor']>;
/** `bins`: ten, from left to right; not told while fewer than three stand. `mean` 0…100. */
export type Poll = Said<Schemas['MeetingPoll']>;
/** `clause`: what it changes; null: it adds one. */
export type Amendment = Said<Schemas['MeetingAmendment']>;
/** In minutes its act stands for its id. */
export type Dissent = Pick<Said<Schemas['MeetingDissent']>, 'id' | 'who' | 'text'>;
export type Decision = Omit<Said<Schemas['MeetingDecision']>, 'dissents'> & { dissents: Dissent[] };
export type MeetingSummary = Said<Schemas['MeetingSummary']>;
/** The line leaves the clauses of the draft out: there the document has them. */
export type Meeting = Said<Schemas['Meeting']>;
export type Word = { who: Who; text: string; at: string };

/** Bounds of the draft and its board, as the hall keeps them. */
export const bounds = { clauses: 200, heading: 200, text: 20_000, notes: 100, note: 500, word: 500 } as const;
