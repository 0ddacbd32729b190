import { problemFrom, type ProblemError } from './problem';

/** What a page is waiting for: nothing yet, the thing itself, or the problem; a reload keeps the old thing on the page. */
export class Load<T> {
  data = $state.raw<T | undefined>(undefined);
  problem = $state.raw<ProblemError | undefined>(undefined);
  loading = $state(true);
  #fetch: () => Promise<T>;
  #turn = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
    void this.reload();
  }

  /** For live events: however many arrive, the thing is fetched again at most every few seconds. */
  reloadSoon(wait_ms = 3000): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      void this.reload();
    }, wait_ms);
  }

  async reload(): Promise<void> {
    const turn = ++this.#turn;
    this.loading = true;
    try {
      const data = await this.#fetch();
      if (turn !== this.#turn) return;
      this.data = data;
      this.problem = undefined;
    } catch (cause) {
      if (turn === this.#turn) this.problem = problemFrom(cause);
    } finally {
      if (turn === this.#turn) this.loading = false;
    }
  }
}
