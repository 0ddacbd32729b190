import { ProblemError, problemFrom } from '../../api/problem';
import { isCancelled } from './passkey';

/** Something that a person tries: busy meanwhile, and afterwards nothing, a problem, or a prompt that was closed. */
export class Attempt {
  busy = $state(false);
  cancelled = $state(false);
  problem = $state.raw<ProblemError>();

  /** Resolves to whether it worked. A second press meanwhile does nothing. */
  async run(work: () => Promise<unknown>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.clear();
    try {
      await work();
      return true;
    } catch (cause) {
      if (isCancelled(cause)) this.cancelled = true;
      else this.problem = problemFrom(cause);
      return false;
    } finally {
      this.busy = false;
    }
  }
  /** The same, but what is tried meanwhile comes next; of several that wait, the last. */
  async after(work: () => Promise<unknown>): Promise<void> {
    this.#next = work;
    if (this.busy) return;
    while (this.#next) {
      const next: () => Promise<unknown> = this.#next;
      this.#next = undefined;
      await this.run(next);
    }
  }
  #next: (() => Promise<unknown>) | undefined;
  clear(): void {
    this.cancelled = false;
    this.problem = undefined;
  }
  /** What the hall says of one field, by JSON pointer. */
  at(pointer: string): string | undefined {
    return this.problem?.errors.find((error) => error.pointer === pointer || error.pointer.startsWith(`${pointer}/`))?.detail;
  }
}
