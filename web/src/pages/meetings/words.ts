import { here } from '../../api/session.svelte';
import type { Session } from '../../api/types';
import { hall_clock } from '../../i18n/hall-clock.svelte';
import { offsetOf } from '../../i18n/format';
import { say, t } from '../../i18n/index.svelte';
import type { Peer } from '../../meeting/line.svelte';
import type { Meeting, Who } from '../../meeting/types';

/** Who chose no name is told apart by the end of their handle. */
const nameless = (persona: string): string => `${t('meetings.someone')} …${persona.slice(-4)}`;
/** How somebody is called here: by the name they chose, an officer by what the hall vouches for. */
export const whoName = (who: Who): string => who.name || (who.badge ? say(who.badge.title) : '') || nameless(who.persona);

/** How somebody is called who writes here now. */
const peerName = (peer: Peer): string => (peer.who ? whoName(peer.who) : peer.name || nameless(peer.persona));

/** Whether they are the one who looks at this page. */
export const isMe = (who: Who | null | undefined): boolean => Boolean(who && here.session?.persona && who.persona === here.session.persona);

/** A facilitator convenes; an administrator stands in for every other role of the own office. Which offices may is the hall's to say. */
export const mayConvene = (session: Session | undefined): boolean =>
  session?.kind === 'officer' && session.roles.some((role) => role === 'facilitator' || role === 'administrator');

/** Whether I chair it. An example of the profile has the hall itself in the chair, and any facilitator of its office may take it. */
export const chairs = (meeting: Meeting | null | undefined): boolean =>
  isMe(meeting?.chair) || Boolean(meeting?.chair.persona.startsWith('system:') && meeting.chair.badge?.office === here.session?.office && mayConvene(here.session));

/** "A", "A and B", "A, B and C". */
export function listed(names: string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')}${t('meetings.draft.and')}${last}`;
}

/** Those who write somewhere, each once: one person may have two pages open. */
export const namesOf = (peers: Peer[]): string[] => [...new Map(peers.map((peer) => [peer.persona, peerName(peer)])).values()];

/** Everyone whose name the meeting tells, but me: to whom the chair can be handed. */
export function known(meeting: Meeting, peers: Peer[]): { persona: string; name: string }[] {
  const who: Who[] = [
    ...(meeting.floor.speaker ? [meeting.floor.speaker.who] : []),
    ...meeting.floor.queue.map((entry) => entry.who),
    ...meeting.amendments.map((each) => each.who),
    ...meeting.decisions.flatMap((each) => each.dissents.map((dissent) => dissent.who)),
  ];
  const found = new Map(who.map((each) => [each.persona, whoName(each)]));
  for (const peer of peers) if (!found.has(peer.persona)) found.set(peer.persona, peerName(peer));
  if (here.session?.persona) found.delete(here.session.persona);
  found.delete(meeting.chair.persona);
  return [...found].map(([persona, name]) => ({ persona, name }));
}

/** "2026-11-23T14:30" by the hall's clock to a moment; nothing where it is none. */
export function momentOf(local: string): string | null {
  const wall = Date.parse(`${local}Z`);
  if (!Number.isFinite(wall)) return null;
  const guess = wall - offsetOf(wall, hall_clock.zone);
  return new Date(wall - offsetOf(guess, hall_clock.zone)).toISOString();
}

/** A moment as a field for day and time wants it, by the hall's clock. */
export const localOf = (at: number): string => new Date(at + offsetOf(at, hall_clock.zone)).toISOString().slice(0, 16);

/** A count in a form: nothing where it is no whole number. */
export const countOf = (text: string): number | null => (/^\d{1,6}$/.test(text.trim()) ? Number(text.trim()) : null);
