/** Where I stand in each question, as long as this page lives: the hall keeps nobody's stand and tells it to no one, me included. */
class OwnStand {
  #stands = $state.raw<ReadonlyMap<string, number>>(new Map());

  of(poll: string): number | null {
    return this.#stands.get(poll) ?? null;
  }
  take(poll: string, at: number): void {
    this.#stands = new Map(this.#stands).set(poll, at);
  }
  leave(poll: string): void {
    const next = new Map(this.#stands);
    next.delete(poll);
    this.#stands = next;
  }
}

export const ownStand = new OwnStand();
