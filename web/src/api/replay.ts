import { post, segment } from './client';
import { problemFrom } from './problem';
import type { Replay } from './types';

/** What a replay of this act finds. One that takes longer than a request goes on in the hall: `waiting` is told, and it is asked again. */
export async function replayOf(act: string, waiting: () => void = () => {}): Promise<Replay> {
  for (;;) {
    try {
      return await post<Replay>(`/acts/${segment(act)}/replay`);
    } catch (cause) {
      if (problemFrom(cause).code !== 'replay_under_way') throw cause;
      waiting();
    }
  }
}
