import { number, signed } from '../../i18n/format';
import { t, type Key } from '../../i18n/index.svelte';
import type { components } from '../../api/schema';

type Schemas = components['schemas'];
export type Street = Schemas['Street'];
export type StreetMap = Schemas['StreetMap'];
export type MapEdge = Schemas['MapEdge'];
export type Question = Schemas['ImpactQuestion'];
export type Impact = Schemas['ImpactDetail'];
export type Answer = NonNullable<Impact['answer']>;
export type Difference = Answer['difference']['delay_s'];
export type Change = Schemas['StreetChange'];
export type Step = Schemas['StreetChangeStep'];
export type Controller = Schemas['SignalController'];

/** The change with one step more; of controllers only the last one counts. */
export const withStep = (steps: Step[], step: Step): Step[] => [
  ...steps.filter((each) => !(step.kind === 'signal_control' && each.kind === step.kind)),
  step,
];

/** Lanes count from the kerb, from one, for people; from zero in the network. */
export function stepText(step: Step): string {
  switch (step.kind) {
    case 'close_lane':
    case 'bus_lane':
      return t(`streets.step_${step.kind}`, { n: number(step.lane + 1), edge: step.edge });
    case 'close_edge':
      return t('streets.step_close_edge', { edge: step.edge });
    case 'speed_limit':
      return t('streets.step_speed_limit', { edge: step.edge, kmh: number(step.kmh) });
    case 'new_link':
      return t('streets.step_new_link', { ...step, lanes: number(step.lanes ?? 1), kmh: number(step.kmh), shape: '' });
    case 'signal_plan': {
      const cycle = step.phases.reduce((sum, phase) => sum + phase.duration_s, 0);
      return t('streets.step_signal_plan', { signal: step.signal, cycle: number(cycle) });
    }
    case 'signal_control':
      return t('streets.step_signal_control', { controller: t(`streets.by_${step.controller}`) });
  }
}

export const stateText = (question: Question): string =>
  question.state === 'queued' && question.is_running
    ? t('streets.running', { done: number(question.runs_done), of: number(question.runs) })
    : t(`streets.${question.state}` as Key);

export const range = (difference: Difference): string =>
  difference.low === null || difference.low === undefined || difference.high === null || difference.high === undefined
    ? '–'
    : `${signed(difference.low, 1)} … ${signed(difference.high, 1)}`;

/** The answer in one sentence: clear only when the interval leaves out nought. */
export function sentence(delay: Difference): string {
  const { low, high } = delay;
  if (low === null || low === undefined || high === null || high === undefined) return t('streets.sentence_one', { difference: signed(delay.difference, 1) });
  const given = { difference: signed(delay.difference, 1), low: signed(low, 1), high: signed(high, 1) };
  const size = { ...given, difference: number(Math.abs(delay.difference), 1) };
  if (low > 0) return t('streets.sentence_more', size);
  if (high < 0) return t('streets.sentence_less', size);
  return t('streets.sentence_unclear', given);
}
