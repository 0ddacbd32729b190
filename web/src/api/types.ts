import type { components } from './schema';

/** Short names for the shapes of `schema.ts`, and by hand what the contract can't say: the events of the live stream. */

type Schemas = components['schemas'];

/** The contract leaves open whether a field that may be null is written; the hall always writes it. */
type Written<T> = T extends (infer Each)[]
  ? Written<Each>[]
  : T extends object
    ? { [K in keyof T]-?: Written<Exclude<T[K], undefined>> }
    : T;

export type Text = Schemas['Text'];
export type Page<T> = { items: T[]; next: string | null };
export type ProblemBody = Schemas['Problem'];

// people
export type Role = Schemas['Capacity'];
export type Session = Written<Schemas['Session']>;
export type Passkey = Written<Schemas['Passkey']>;
export type OpenSession = Written<Schemas['SessionSummary']>;
export type Office = Schemas['Office'];
export type ProblemKind = Schemas['ProblemKindView'];

// streams
export type Feed = Written<Schemas['Feed']>;
export type Series = Written<Schemas['Series']>;
export type Values = Written<Schemas['Values']>;
export type SeriesState = Schemas['State'];
export type BoardSeries = Written<Schemas['BoardSeries']>;
export type BoardArea = Written<Schemas['BoardArea']>;
export type Board = Written<Schemas['Board']>;
export type Insight = Written<Schemas['Insight']>;

// measures
/** `armed` is a plain string in the contract; these are the words that the trigger uses. */
type Armed = { armed: 'waiting' | 'holding' | 'fired' | 'cooling' };
export type LeverValue = Schemas['LeverValue'];
export type Measure = Written<Schemas['Measure']> & Armed;
export type MeasureDetail = Written<Schemas['MeasureDetail']> & Armed;
export type RunState = Schemas['RunState'];
export type Effect = Written<Schemas['Effect']>;
export type Run = Written<Schemas['Run']>;
export type RunInput = Written<Schemas['RunInput']>;
export type RunDetail = Written<Schemas['RunDetail']>;
export type Lever = Written<Schemas['Lever']>;
export type PublicNotice = Written<Schemas['Notice']>;

// the record
export type ActSummary = Written<Schemas['ActView']>;
export type Act = Written<Schemas['ActDetail']>;
export type ActKind = Schemas['ActKindView'];
export type Log = Written<Schemas['LogView']>;
export type Replay = Schemas['Replay'];

// live events
export type WindowEvent = {
  series: string;
  start: string;
  end: string;
  value: number;
  count: number;
  revision: number;
  score: number | null;
  state: SeriesState;
  expected: number | null;
  low: number | null;
  high: number | null;
};
export type LiveEvents = {
  window: WindowEvent;
  insight: Insight;
  run: Run;
  act: Written<Schemas['ActSummary']>;
  lever: Lever;
  head: { size: number; at: string };
};
