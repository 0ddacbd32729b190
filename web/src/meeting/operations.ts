import { get, post, put, remove, segment } from '../api/client';
import type { Page } from '../api/types';
import type { Meeting, MeetingSummary, MeetingState } from './types';

export const listMeetings = (state?: MeetingState, space?: string, after?: string | null): Promise<Page<MeetingSummary>> =>
  get<Page<MeetingSummary>>('/meetings', { state, space, after, limit: 20 });
export const getMeeting = (id: string): Promise<Meeting> => get<Meeting>(`/meetings/${segment(id)}`);

export type Counts = { for: number; against: number; abstaining: number };

/** What one does in a meeting; the line tells what came of it. */
export function delegate(id: string) {
  const root = `/meetings/${segment(id)}`;
  return {
    open: () => post(`${root}/open`),
    close: () => post(`${root}/close`),
    handOver: (persona: string) => post(`${root}/chair`, { persona }),
    beginItem: (n: number) => post(`${root}/agenda/${n}/begin`),
    say: (text: string) => post(`${root}/words`, { text }),
    ask: () => post(`${root}/queue`),
    leaveQueue: () => remove(`${root}/queue`),
    give: (entry?: string) => post(`${root}/floor`, entry === undefined ? {} : { entry }),
    endFloor: () => remove(`${root}/floor`),
    openPoll: (poll: { question: string; left: string; right: string }) => post(`${root}/polls`, poll),
    stand: (poll: string, at: number) => put(`${root}/polls/${segment(poll)}/stand`, { at }),
    leaveLine: (poll: string) => remove(`${root}/polls/${segment(poll)}/stand`),
    closePoll: (poll: string) => post(`${root}/polls/${segment(poll)}/close`),
    propose: (amendment: { clause?: string; base?: string; heading?: string; text: string; reason: string }) => post(`${root}/amendments`, amendment),
    withdraw: (amendment: string) => post(`${root}/amendments/${segment(amendment)}/withdraw`),
    decide: (amendment: string, decision: Counts & { accepted: boolean; reason: string }) => post(`${root}/amendments/${segment(amendment)}/decide`, decision),
    record: (decision: { text: string; item?: number; how: 'consent' | 'hands' } & Partial<Counts>) => post(`${root}/decisions`, decision),
    dissent: (decision: string, text: string) => post(`${root}/decisions/${segment(decision)}/dissents`, { text }),
  };
}
