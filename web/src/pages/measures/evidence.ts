import type { Measure, Values } from '../../api/types';
import type { Point } from '../../ui/scale';

/** The trigger's own statistic of each window, as the evidence chart draws it. */
export function statisticPoints(values: Values, statistic: string): Point[] {
  return values.at.map((at, index) => ({ at: Date.parse(at), value: pick(values, index, statistic) }));
}

function pick(values: Values, index: number, statistic: string): number | null {
  const mean = values.mean[index] ?? null;
  if (statistic === 'max') return values.max[index] ?? mean;
  if (statistic === 'min') return values.min[index] ?? mean;
  if (statistic === 'sum') return mean === null ? null : mean * (values.count[index] ?? 1);
  if (statistic === 'count') return values.count[index] ?? null;
  return mean;
}

/** Windows finer than the values are the values themselves. */
export const evidenceResolution = (trigger: Measure['trigger'], cadence_s: number): string =>
  trigger.window_s > cadence_s ? String(trigger.window_s) : 'raw';
