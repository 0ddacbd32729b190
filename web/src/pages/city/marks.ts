import type { Answer } from '../streets/words';

export type Side = 'before' | 'after' | 'difference';

/** From calm to jammed, by seconds lost for each vehicle; told apart by lightness too. */
const losses = ['#8fb3a1', '#e3c567', '#d98a3d', '#a93226'] as const;
const bounds_s = [5, 15, 40] as const;
export const lossColour = (seconds_each: number): string => losses[bounds_s.filter((bound) => seconds_each >= bound).length] ?? losses[0];

const mix = (from: string, to: string, share: number): string => {
  const part = (hex: string, at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  return `#${[1, 3, 5].map((at) => Math.round(part(from, at) + (part(to, at) - part(from, at)) * share).toString(16).padStart(2, '0')).join('')}`;
};

/** Colours of streets: what a vehicle loses there before or after, or where the change is clear and how large it is. */
export function marksOf(answer: Answer, side: Side): Map<string, string> {
  const marks = new Map<string, string>();
  if (side === 'difference') {
    const clear = answer.edges.filter((edge) => edge.is_affected);
    const greatest = Math.max(1, ...clear.map((edge) => Math.abs(edge.time_loss_s.difference)));
    for (const edge of clear) {
      const by = edge.time_loss_s.difference;
      marks.set(edge.edge, mix('#cfcabd', by > 0 ? '#b0361f' : '#1c7a5a', 0.35 + 0.65 * Math.sqrt(Math.abs(by) / greatest)));
    }
    return marks;
  }
  for (const edge of answer.edges) {
    const vehicles = edge.vehicles[side];
    if (vehicles > 0) marks.set(edge.edge, lossColour(edge.time_loss_s[side] / vehicles));
  }
  return marks;
}
