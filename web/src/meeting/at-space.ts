import type { Page } from '../api/types';
import type { MeetingState, MeetingSummary } from './types';

type List = (state: MeetingState, space: string) => Promise<Page<MeetingSummary>>;

/** The meeting that is on at a space, else the one that begins next there. */
export async function meetingAt(space: string, list: List): Promise<MeetingSummary | null> {
  const [open, planned] = await Promise.all([list('open', space), list('planned', space)]);
  const byTime = (a: MeetingSummary, b: MeetingSummary): number => Date.parse(a.begins_at) - Date.parse(b.begins_at);
  // of several that are on, the one that was opened for the latest hour
  return open.items.toSorted(byTime).at(-1) ?? planned.items.toSorted(byTime)[0] ?? null;
}
