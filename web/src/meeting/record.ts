import { get, getText, segment } from '../api/client';
import { officesOnce } from '../api/once';
import type { Act, Log, Page } from '../api/types';
import { nameOf } from '../pages/people/cards';
import { utf8 } from '../record/bytes';
import { checkMinutes, type Checked } from './minutes';
import type { AgendaItem, Amendment, Decision, MeetingState, Poll, Who, Word } from './types';

type Hands = { for: number; against: number; abstaining: number };
/** Minutes name people by public handle and office only: what they are called today is no part of what was fixed. */
type Party = { persona: string; office?: string | null };
type Kept = {
  meeting: string;
  title: string;
  about: string;
  lang: 'th' | 'en';
  space?: string | null;
  state: MeetingState;
  begins_at: string;
  opened_at?: string | null;
  closed_at?: string | null;
  convened_by: Party;
  chair: Party;
  keeps_words: boolean;
  named: Party[];
  agenda: AgendaItem[];
  speeches: { who: Party; began_at: string; ended_at?: string | null; act: string }[];
  words: { at: string; who: Party; text: string; act: string }[];
  polls: (Pick<Poll, 'id' | 'question' | 'left' | 'right' | 'opened_at' | 'closed_at'> & { result?: Pick<Poll, 'bins' | 'count' | 'mean'> | null; acts: string[] })[];
  amendments: (Pick<Amendment, 'id' | 'proposed_at' | 'heading' | 'before' | 'text' | 'reason' | 'state' | 'outcome'> & { who: Party; clause?: string | null; hands?: Hands | null; acts: string[] })[];
  decisions: (Pick<Decision, 'id' | 'at' | 'text' | 'item' | 'how' | 'act'> & { hands?: Hands | null; dissents: { who: Party; text: string; act: string }[] })[];
  clauses: { n: number; id: string; heading: string; text: string }[];
  acts: string[];
};

/** The same with the names that people have today, in the shapes of a meeting. */
export type Minutes = Omit<Kept, 'convened_by' | 'chair' | 'named' | 'speeches' | 'words' | 'polls' | 'amendments' | 'decisions'> & {
  chair: Who;
  named: Who[];
  speeches: { who: Who; began_at: string; ended_at?: string | null }[];
  words: Word[];
  polls: Poll[];
  amendments: Amendment[];
  decisions: Decision[];
  /** Every act behind them, once. */
  acts: string[];
};

const path = (id: string, format: 'json' | 'markdown', lang?: string): string => `/meetings/${segment(id)}/minutes?format=${format}${lang ? `&lang=${lang}` : ''}`;

/** The minutes and the bytes that they came in, which are what the act of closing commits to. */
export async function getMinutes(id: string): Promise<{ minutes: Minutes; bytes: Uint8Array }> {
  const text = await getText(path(id, 'json'));
  const kept = JSON.parse(text) as Kept;
  const parties = [kept.chair, ...kept.named, ...kept.words.map((each) => each.who), ...kept.speeches.map((each) => each.who)];
  return { minutes: named(kept, await facesOf(parties)), bytes: utf8(text) };
}

/** Who they are to others today: an officer by the office, a persona by its name, if it still has one. */
async function facesOf(parties: Party[]): Promise<(party: Party) => Who> {
  const offices = parties.some((each) => each.office) ? await officesOnce() : [];
  const faces = await Promise.all(
    [...new Map(parties.map((each) => [each.persona, each])).values()].map(async ({ persona, office }): Promise<Who> => {
      const title = offices.find((each) => each.id === office)?.title;
      return office ? { persona, name: '', badge: { office, title: title ?? { th: office, en: office } } } : { persona, name: await nameOf(persona) };
    }),
  );
  const known = new Map(faces.map((each) => [each.persona, each]));
  return ({ persona }) => known.get(persona) ?? { persona, name: '' };
}

function named(kept: Kept, who: (party: Party) => Who): Minutes {
  const { chair, named: people, speeches, words, polls, amendments, decisions, acts, ...rest } = kept;
  return {
    ...rest,
    chair: who(chair),
    named: people.map(who),
    speeches: speeches.map((each) => ({ ...each, who: who(each.who) })),
    words: words.map((each) => ({ ...each, who: who(each.who) })),
    polls: polls.map(({ result, ...each }) => ({ ...each, count: result?.count ?? 0, bins: result?.bins ?? null, mean: result?.mean ?? null })),
    amendments: amendments.map(({ hands, ...each }) => ({ ...each, ...hands, who: who(each.who), clause: each.clause ?? null, base: null })),
    decisions: decisions.map(({ hands, ...each }) => ({ ...each, ...hands, dissents: each.dissents.map((one) => ({ id: one.act, who: who(one.who), text: one.text })) })),
    acts: [
      ...new Set([
        ...acts,
        ...speeches.map((each) => each.act),
        ...words.map((each) => each.act),
        ...polls.flatMap((each) => each.acts),
        ...amendments.flatMap((each) => each.acts),
        ...decisions.flatMap((each) => [each.act, ...each.dissents.map((one) => one.act)]),
      ]),
    ],
  };
}

export const getMarkdown = (id: string, lang: string): Promise<string> => getText(path(id, 'markdown', lang));

/** The act that closed a meeting; null while it is not in the record. */
async function closingOf(id: string): Promise<Act | null> {
  const { items } = await get<Page<{ id: string; kind: string }>>('/acts', { subject: id, kind: 'meeting.close' });
  const found = items.find((each) => each.kind === 'meeting.close');
  return found ? get<Act>(`/acts/${segment(found.id)}`) : null;
}

/** Fetches the act of closing, its proof and the log, and checks the minutes against them; null: the act is not there yet. */
export async function checkRecord(id: string, bytes: Uint8Array): Promise<(Checked & { id: string }) | null> {
  const act = await closingOf(id);
  if (!act) return null;
  const [proof, log] = await Promise.all([getText(`/acts/${segment(act.id)}/proof`), get<Log>('/log')]);
  return { ...checkMinutes(bytes, act, proof, log), id: act.id };
}
