/** One clock for all relative times on the page: it ticks only while someone reads it. */
class Clock {
  now = $state(Date.now());
  #readers = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  read(): () => void {
    if (this.#readers++ === 0) {
      this.now = Date.now();
      this.#timer = setInterval(() => (this.now = Date.now()), 10_000);
    }
    return () => {
      if (--this.#readers === 0) clearInterval(this.#timer);
    };
  }
}

export const clock = new Clock();
