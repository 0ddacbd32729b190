import type { Effect, Measure, RunState } from '../../api/types';

/** How each state looks; the words come from the books. */
export type Look = 'plain' | 'action' | 'attention' | 'harm' | 'done';

export const runLook: Record<RunState, Look> = {
  proposed: 'attention',
  refused: 'plain',
  expired: 'plain',
  moved: 'action',
  advised: 'action',
  blocked: 'harm',
  undone: 'plain',
  evaluated: 'done',
};
export const armedLook: Record<Measure['armed'], Look> = { waiting: 'plain', holding: 'attention', fired: 'action', cooling: 'plain' };
export const verdictLook: Record<Effect['verdict'], Look> = { better: 'done', worse: 'harm', unclear: 'plain' };
