import type { Floor, Speaker } from './types';

/** How long a speaker still has by the hall's clock; negative: they are over. Seconds. */
export const leftOf = (speaker: Pick<Speaker, 'ends_at'>, now: number, ahead_ms: number): number => Math.ceil((Date.parse(speaker.ends_at) - (now + ahead_ms)) / 1000);

/** "2:05", "−0:10". */
export function clockOf(seconds: number): string {
  const whole = Math.abs(seconds);
  return `${seconds < 0 ? '−' : ''}${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/** My place in the queue, from 1; nothing: I do not wait. */
export function placeOf(floor: Floor, persona: string | null | undefined): number | null {
  const at = floor.queue.findIndex(({ who }) => who.persona === persona);
  return at < 0 ? null : at + 1;
}
