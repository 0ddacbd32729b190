import type { Text } from '../api/types';

/** A meeting as its hall tells it (docs/designs/meetings.md): by `get_meeting`, and in each frame `meeting` of its line. */

export type Who = { persona: string; name: string; badge?: { office: string; title: Text } | null };
export type MeetingState = 'planned' | 'open' | 'closed';
export type AgendaItem = { n: number; title: string; minutes: number; state: 'waiting' | 'current' | 'done'; began_at?: string | null };
export type Clause = { id: string; heading: string; text: string };
export type Entry = { entry: string; who: Who; asked_at: string };
export type Speaker = { entry: string; who: Who; began_at: string; ends_at: string };
export type Floor = { speaker?: Speaker | null; queue: Entry[] };
export type Poll = {
  id: string;
  question: string;
  left: string;
  right: string;
  opened_at: string;
  closed_at?: string | null;
  /** Ten, from left to right; not told while fewer than three stand. */
  bins?: number[] | null;
  count: number;
  /** 0…100. */
  mean?: number | null;
};
export type Amendment = {
  id: string;
  who: Who;
  proposed_at: string;
  /** The clause that it changes; null: it adds one. */
  clause: string | null;
  base: string | null;
  heading: string;
  before: string;
  text: string;
  reason: string;
  state: 'proposed' | 'accepted' | 'refused' | 'withdrawn';
  decided_at?: string | null;
  for?: number | null;
  against?: number | null;
  abstaining?: number | null;
  /** What the chair said about it. */
  outcome?: string | null;
};
export type Dissent = { id: string; who: Who; text: string };
export type Decision = {
  id: string;
  text: string;
  item?: number | null;
  how: 'consent' | 'hands';
  for?: number | null;
  against?: number | null;
  abstaining?: number | null;
  at: string;
  act: string;
  dissents: Dissent[];
};
export type MeetingSummary = {
  id: string;
  title: string;
  about: string;
  lang: 'th' | 'en';
  space?: string | null;
  state: MeetingState;
  begins_at: string;
  opened_at?: string | null;
  closed_at?: string | null;
  chair: Who;
  keeps_words: boolean;
  present: number;
};
export type Meeting = MeetingSummary & {
  convened_by: Who;
  speaker_s: number;
  agenda: AgendaItem[];
  /** The line leaves the clauses out: there the document has them. */
  draft: { version: number; clauses?: Clause[] | null };
  floor: Floor;
  poll?: Poll | null;
  polls: Poll[];
  amendments: Amendment[];
  decisions: Decision[];
  minutes_sha256?: string | null;
  /** The hall's clock when it said this. */
  now?: string;
};
export type Word = { who: Who; text: string; at: string };

/** Bounds of the draft and its board, as the hall keeps them. */
export const bounds = { clauses: 200, heading: 200, text: 20_000, notes: 100, note: 500, word: 500 } as const;
