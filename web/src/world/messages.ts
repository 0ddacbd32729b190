import { ProblemError } from '../api/problem';
import type { Text } from '../api/types';

/**
 * What is rare between a client and a space: JSON in text frames (docs/designs/world.md, "The wire"). `Told` is at the end.
 */

/** Who somebody is to others in a space: a persona by its name, if it has one, an officer by the badge. `look`: address of the figure (VRM). */
export type Who = { persona: string; name: string; badge?: { office: string; title: Text } | null; look: string };
export type Said = { id: number; slot: number; who: Who; text: string; at: string };
export type Target = { fixture: string } | { slot: number } | { at: [x: number, z: number] };
/** What just happened to me, for people who hear it rather than see it. */
export type Cue =
  | { kind: 'bumped' | 'bubble' | 'here' | 'resumed' | 'stuck' }
  | { kind: 'arrived'; fixture: string | null }
  | { kind: 'entered' | 'left'; who: Who };
type Problem = Partial<{ status: number; code: string; title: string; detail: string; act: string }>;
/** From a space to a client. */
export type Told =
  | {
      kind: 'welcome';
      slot: number;
      token: string;
      you: Who;
      resumed?: boolean;
      count?: number;
      here: { slot: number; who: Who }[];
      said?: Said[];
      blocked?: string[];
      bubble_m?: number;
      muted_until?: string;
    }
  | { kind: 'count'; count: number }
  | { kind: 'stuck' }
  | { kind: 'entered' | 'changed'; slot: number; who: Who }
  | { kind: 'left'; slot: number }
  | ({ kind: 'said' } & Said)
  | { kind: 'arrived'; fixture?: string | null }
  | { kind: 'blocked' | 'unblocked'; persona: string }
  | { kind: 'reported'; report: string }
  | { kind: 'voice'; answer: string }
  | { kind: 'voice_slots'; slots: (number | null)[] }
  | { kind: 'voice_off' }
  /** For whom captions are on: what they say goes to the speech server. */
  | { kind: 'captions'; on: number[] }
  | { kind: 'caption'; slot: number; who: Who; text: string; at: string; lang?: string }
  | { kind: 'caption_missed'; slot: number; who: Who; at: string; why: 'behind' | 'failed' }
  /** The space is run elsewhere: there, or where the hall says. */
  | { kind: 'moved'; url?: string }
  | { kind: 'notice' | 'bye'; problem: Problem };

export const problemOf = (told: Problem | undefined): ProblemError =>
  new ProblemError({ ...told, status: told?.status ?? 0, code: told?.code ?? 'unreadable_reply' });

/**
 * Troubles of the line or the house that a little patience cures; everything else is an answer. A ticket that came too late (a page that slept,
 * a phone that drew) only says that another is needed; who may not have one is told so when asking.
 */
export const isPassing = ({ status, code }: ProblemError): boolean =>
  code === 'ticket_invalid' || ([0, 429, 502, 503, 504].includes(status) && code !== 'space_full');
