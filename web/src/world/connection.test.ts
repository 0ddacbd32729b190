import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ProblemError } from '../api/problem';
import { Connection } from './connection';
import type { Space } from './space';

vi.mock('./transport', () => ({ openLine: () => Promise.reject(new ProblemError({ status: 0, code: 'unreachable' })) }));

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('nobody waits so long for a space that was killed that they would be back later than 5 s after its start', async () => {
  for (const chance of [0, 0.999]) {
    vi.spyOn(Math, 'random').mockReturnValue(chance);
    const waits: number[] = [];
    const refused = vi.fn();
    const connection = new Connection({} as Space, {
      token: () => null,
      hear: () => {},
      tries: () => {},
      opened: () => {},
      cut: (retry_at) => waits.push(retry_at - Date.now()),
      refused,
    });
    connection.open();
    await vi.advanceTimersByTimeAsync(40_000);
    // half of the five seconds is for the line and the welcome, on a machine that does other things too
    expect(Math.max(...waits)).toBeLessThanOrEqual(2500);
    expect(waits.length).toBeGreaterThan(15);
    await vi.advanceTimersByTimeAsync(300_000);
    expect(refused, 'it is told when nobody answers for minutes').toHaveBeenCalledOnce();
    connection.close();
  }
});
