import { afterEach, describe, expect, it, vi } from 'vitest';
import { address, get, post, remove } from './client';
import { ProblemError } from './problem';

type Sent = { url: string; init: RequestInit & { headers: Record<string, string> } };
const sent: Sent[] = [];

function answer(...replies: (Response | Error)[]): void {
  vi.stubGlobal('fetch', (url: string, init: Sent['init']) => {
    sent.push({ url, init });
    const reply = replies.shift();
    return reply instanceof Error ? Promise.reject(reply) : Promise.resolve(reply);
  });
}
const problem = (body: object, status: number): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/problem+json' } });

afterEach(() => {
  vi.unstubAllGlobals();
  sent.length = 0;
});

describe('a request', () => {
  it('leaves out what is not asked for', () => {
    expect(address('/acts', { kind: 'run.fire', office: '', after: null, limit: 5 })).toBe('/api/v1/acts?kind=run.fire&limit=5');
  });
  it('changes nothing without the header that a cross-site form cannot send', async () => {
    answer(
      new Response('{}', { headers: { 'content-type': 'application/json' } }),
      new Response(null, { status: 204 }),
      new Response('{}'),
    );
    await post('/runs/r/approve');
    await remove('/session');
    await get('/session');
    expect(sent.map((each) => each.init.headers['x-sala-csrf'])).toEqual(['1', '1', undefined]);
    expect(sent[0]?.init.headers['idempotency-key']).toMatch(/^[0-9a-f]{32}$/);
    expect(sent[0]?.init.headers['accept-language']).toMatch(/^(th|en)$/);
  });
  it('keeps its key when there was no answer, and takes a new one after', async () => {
    answer(new TypeError('offline'), new Response('{}'), new Response('{}'));
    await expect(post('/x', { a: 1 })).rejects.toMatchObject({ code: 'unreachable', status: 0 });
    await post('/x', { a: 1 });
    await post('/x', { a: 1 });
    const keys = sent.map((each) => each.init.headers['idempotency-key']);
    expect(keys[0]).toBe(keys[1]);
    expect(keys[2]).not.toBe(keys[1]);
  });
});

describe('a refusal', () => {
  it('is the problem that the hall wrote', async () => {
    answer(
      problem(
        {
          type: 't',
          title: 'ไม่ได้',
          status: 422,
          detail: 'เหตุผลว่าง',
          code: 'reason_missing',
          errors: [{ pointer: '/reason', detail: 'ว่าง' }],
          act: 'act_9',
        },
        422,
      ),
    );
    const caught = await post('/x').catch((cause: unknown) => cause);
    expect(caught).toBeInstanceOf(ProblemError);
    expect(caught).toMatchObject({
      status: 422,
      code: 'reason_missing',
      title: 'ไม่ได้',
      act: 'act_9',
      errors: [{ pointer: '/reason', detail: 'ว่าง' }],
    });
  });
  it('becomes a problem even when it is not one', async () => {
    answer(new Response('<h1>Bad gateway</h1>', { status: 502, headers: { 'content-type': 'text/html' } }));
    await expect(get('/x')).rejects.toMatchObject({ status: 502, code: 'unreadable_reply' });
  });
});
