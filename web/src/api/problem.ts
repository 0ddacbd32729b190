import type { ProblemBody } from './types';

/** What the server refused, in its own words (RFC 9457), or what kept us from reaching it. */
export class ProblemError extends Error {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly detail: string;
  readonly errors: { pointer: string; detail: string }[];
  readonly act: string | null;

  constructor(body: Partial<ProblemBody> & { status: number; code: string }) {
    super(`${body.code}: ${body.detail ?? body.title ?? ''}`);
    this.name = 'ProblemError';
    this.status = body.status;
    this.code = body.code;
    this.title = body.title ?? '';
    this.detail = body.detail ?? '';
    this.errors = body.errors ?? [];
    this.act = body.act ?? null;
  }
}

/** A reply that is not a problem document still becomes one, so that every page has one kind of error to show. */
export async function problemOf(reply: Response): Promise<ProblemError> {
  const type = reply.headers.get('content-type') ?? '';
  if (type.includes('json')) {
    const body = (await reply.json().catch(() => null)) as Partial<ProblemBody> | null;
    if (body && typeof body.code === 'string') {
      return new ProblemError({ ...body, status: body.status ?? reply.status, code: body.code });
    }
  }
  return new ProblemError({ status: reply.status, code: reply.status === 404 ? 'not_found' : 'unreadable_reply' });
}

export function problemFrom(cause: unknown): ProblemError {
  if (cause instanceof ProblemError) return cause;
  return new ProblemError({ status: 0, code: 'unreachable' });
}
