/** The shapes of docs/designs/first-loop-api.md, snake_case as on the wire. */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Text = { th: string; en: string };
export type Page<T> = { items: T[]; next: string | null };

export type ProblemBody = {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  instance?: string;
  errors?: { pointer: string; detail: string }[];
  act?: string | null;
};

// people
export type Role = 'citizen' | 'officer';
export type Session = {
  kind: 'visitor' | Role;
  persona: string | null;
  name: string | null;
  office: string | null;
  office_title: Text | null;
  roles: string[];
  expires_at: string | null;
  demo: boolean;
  hall: { name: Text; origin: string };
};
export type Passkey = { id: string; label: string; created_at: string; last_used_at: string | null };
export type OpenSession = { id: string; opened_at: string; current: boolean; method: 'passkey' | 'demo' };

// streams
export type Area = { id: string; title: Text; lat: number | null; lon: number | null };
export type Feed = {
  id: string;
  title: Text;
  source: Text;
  licence: string;
  cadence_s: number;
  series: string[];
  is_live: boolean;
  playing: { speed: number; position: string | null } | null;
  accepted: number;
  duplicate: number;
  late: number;
  rejected: number;
  last_event_at: string | null;
  last_received_at: string | null;
};
export type Series = {
  id: string;
  feed: string;
  area: string;
  title: Text;
  unit: string;
  unit_title: Text;
  decimals: number;
  cadence_s: number;
  window_s: number;
  first_at: string | null;
  last_at: string | null;
  count: number;
};
export type Values = {
  series: string;
  unit: string;
  resolution_s: number | null;
  at: string[];
  mean: (number | null)[];
  min: (number | null)[];
  max: (number | null)[];
  count: number[];
};
export type SeriesState = 'usual' | 'high' | 'low' | 'silent';
export type BoardSeries = {
  id: string;
  feed: string;
  title: Text;
  unit: string;
  unit_title: Text;
  decimals: number;
  at: string | null;
  value: number | null;
  change: number | null;
  expected: number | null;
  low: number | null;
  high: number | null;
  score: number | null;
  state: SeriesState;
  spark: { at: string[]; value: (number | null)[] };
};
export type BoardArea = { area: string; title: Text; lat: number | null; lon: number | null; series: BoardSeries[] };
export type Board = { at: string; event_time: string | null; areas: BoardArea[] };
export type Insight = {
  id: string;
  series: string;
  area: string;
  kind: 'anomaly' | 'change';
  direction: 'up' | 'down';
  at: string;
  value: number;
  expected: number;
  score: number;
  false_alarms_per_year: number;
  title: Text;
  act: string;
};
export type LateValue = {
  feed: string;
  series: string;
  window_start: string;
  observed_at: string;
  received_at: string;
  value: number;
  reason: 'late' | 'out_of_bounds' | 'future' | 'unknown_series';
};

// measures
export type Mode = 'advise' | 'approve' | 'automatic';
export type LeverValue = number | string | Text;
export type Version = { version: number; hash: string; activated_at: string; act: string };
export type Measure = {
  id: string;
  version: number;
  title: Text;
  summary: Text;
  mode: Mode;
  state: 'active' | 'stopped' | 'ended';
  office: string;
  office_title: Text;
  legal_basis: { law: Text; section: string; url: string | null };
  trigger: {
    series: string;
    statistic: string;
    window_s: number;
    comparison: 'above' | 'below';
    threshold: number;
    release: number;
    for_s: number;
    cooldown_s: number;
    sentence: Text;
  };
  action: { lever: string; value: LeverValue; sentence: Text };
  bounds: Text;
  metric: {
    series: string;
    statistic: string;
    design: 'before_after' | 'switchback';
    window_s: number;
    better: 'lower' | 'higher';
    sentence: Text;
  };
  review_on: string;
  sunset_on: string;
  runs: number;
  last_run: string | null;
  armed: 'waiting' | 'holding' | 'fired' | 'cooling';
};
export type MeasureDetail = Measure & { versions: Version[]; yaml: string };
export type RunState = 'proposed' | 'refused' | 'expired' | 'moved' | 'advised' | 'blocked' | 'undone' | 'evaluated';
export type Effect = {
  metric: Text;
  design: string;
  estimate: number;
  low: number;
  high: number;
  level: number;
  unit: string;
  n_before: number;
  n_after: number;
  verdict: 'better' | 'worse' | 'unclear';
  act: string;
};
export type Run = {
  id: string;
  measure: string;
  measure_title: Text;
  version: number;
  mode: Mode;
  state: RunState;
  fired_at: string;
  decided_at: string | null;
  event_at: string;
  lever: string;
  value: LeverValue;
  before: LeverValue | null;
  observed: number;
  threshold: number;
  expires_at: string | null;
  reason: string | null;
  officer: string | null;
  blocked_by: string | null;
  effect: Effect | null;
  acts: { kind: string; id: string }[];
};
export type RunInput = {
  series: string;
  start: string;
  end: string;
  value: number;
  count: number;
  revision: number;
  chunk_acts: string[];
};
export type Decision = {
  fires: boolean;
  observed: number;
  threshold: number;
  held_s: number;
  explanation: Text;
  commitment: string;
};
export type RunDetail = Run & { inputs: RunInput[]; decision: Decision };
export type Lever = {
  id: string;
  kind: 'notice' | 'set_point' | 'signal_plan' | 'alert_level';
  title: Text;
  unit: string | null;
  office: string;
  legal_basis: Text;
  min: number | null;
  max: number | null;
  choices: { value: string; title: Text }[] | null;
  value: LeverValue;
  initial: LeverValue;
  changed_at: string | null;
  changed_by: { measure: string | null; run: string | null; act: string } | null;
  can_undo: boolean;
};
export type PublicNotice = {
  lever: string;
  text: Text;
  since: string;
  measure: string | null;
  run: string | null;
  act: string;
};

// the record
export type ActSummary = {
  id: string;
  index: number | null;
  kind: string;
  kind_title: Text;
  office: string | null;
  actor: string;
  authority: string;
  at: string;
  about: string[];
};
export type Act = ActSummary & {
  leaf: string;
  leaf_hash: string;
  public: Record<string, Json>;
  commitments: { field: string; hash: string }[];
  openings: { field: string; salt: string; cbor: string; value: Json }[];
  sealed: string[];
  state: { row: string; hash: string | null }[];
  on_behalf_of: string | null;
  traceparent: string | null;
  proof_state: 'witnessed' | 'waiting';
};
export type ActKind = { kind: string; title: Text; meaning: Text; room: string };
export type Witness = {
  name: string;
  key: string;
  is_own: boolean;
  last_cosigned_at: string | null;
  last_size: number | null;
};
export type Log = {
  origin: string;
  log_key: string;
  size: number;
  published_size: number;
  published_at: string | null;
  checkpoint: string | null;
  policy: string;
  witnesses: Witness[];
};
export type Replay = { agrees: boolean; kind: string; recorded: Json; recomputed: Json; explanation: Text };

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
  act: ActSummary;
  lever: Lever;
  head: { size: number; at: string };
};
