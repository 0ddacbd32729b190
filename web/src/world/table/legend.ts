/** What the colours on the model mean; pages show the same without three.js. */

/** Less is wet ground, not a flood. */
export const LEAST_MM = 50;
/** Depths at which the colour of water changes, mm: ankle, knee, hip, over. */
export const steps_mm = [LEAST_MM, 150, 400, 900] as const;
export const water_colours = ['#a8d4ea', '#5fa8d3', '#2b6ea6', '#123f73'] as const;
export const change_colours = { less: '#2f8f6b', more: '#c2562f' } as const;
export const stepOf = (depth_mm: number): number => steps_mm.findLastIndex((from) => depth_mm >= from);

export type FlagKind = 'idea' | 'concern' | 'fact' | 'praise';
export const flag_kinds: FlagKind[] = ['idea', 'concern', 'fact', 'praise'];
export const flag_colours: Record<FlagKind, string> = { idea: '#e0a526', concern: '#b8452f', fact: '#33658a', praise: '#3f8f5b' };
