import { afterEach, expect, test, vi } from 'vitest';
import { replayOf } from './replay';

const answer = (status: number, body: object): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': status === 200 ? 'application/json' : 'application/problem+json' } });

afterEach(() => vi.unstubAllGlobals());

test('a long replay is asked for until it is there', async () => {
  const replies = [answer(429, { code: 'replay_under_way' }), answer(429, { code: 'replay_under_way' }), answer(200, { agrees: true })];
  vi.stubGlobal('fetch', () => Promise.resolve(replies.shift()));
  const waiting = vi.fn();
  expect(await replayOf('act_1', waiting)).toEqual({ agrees: true });
  expect(waiting).toHaveBeenCalledTimes(2);
});

test('any other refusal is told', async () => {
  vi.stubGlobal('fetch', () => Promise.resolve(answer(429, { code: 'busy' })));
  await expect(replayOf('act_1')).rejects.toMatchObject({ code: 'busy' });
});
