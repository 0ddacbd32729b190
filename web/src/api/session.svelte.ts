import { acting } from './acting.svelte';
import { get, post, remove } from './client';
import { problemFrom, type ProblemError } from './problem';
import type { Role, Session } from './types';

/** Who is here. One for the whole page; every page reads it, sign-in and sign-out write it. */
class Here {
  session = $state.raw<Session | undefined>(undefined);
  problem = $state.raw<ProblemError | undefined>(undefined);

  get isOfficer(): boolean {
    return this.session?.kind === 'officer';
  }
  get isVisitor(): boolean {
    return !this.session || this.session.kind === 'visitor';
  }

  async load(): Promise<void> {
    try {
      this.session = await get<Session>('/session');
      this.problem = undefined;
    } catch (cause) {
      this.problem = problemFrom(cause);
    }
  }
  async enterDemo(role: Role, office?: string): Promise<void> {
    this.session = await post<Session>('/session/demo', office && role === 'officer' ? { role, office } : { role });
  }
  async leave(): Promise<void> {
    await remove('/session');
    acting.end();
    await this.load();
  }
}

export const here = new Here();
