import { getContext, setContext } from 'svelte';
import type { MeetingLine } from '../../meeting/line.svelte';
import type { delegate } from '../../meeting/operations';

export type Room = {
  line: MeetingLine;
  operations: ReturnType<typeof delegate>;
  /** The name under which others see me write. */
  readonly name: string;
};
const key = Symbol('meeting');

/** What all parts of one meeting's page share. */
export const share = (room: Room): Room => setContext(key, room);
export const shared = (): Room => getContext<Room>(key);
