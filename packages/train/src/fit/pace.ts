/** Steps over which the pace is measured. */
const LAST = 20;

/** How fast a training runs, and how much of its time it waits for data. */
export class Pace {
  readonly #times: { images: number; seconds: number; waiting: number }[] = [];

  /** Adds a step. */
  add(images: number, seconds: number, waiting: number): void {
    this.#times.push({ images, seconds, waiting });
    if (this.#times.length > LAST) this.#times.shift();
  }

  get imagesPerSecond(): number {
    return this.#sum("images") / this.#sum("seconds");
  }

  /** Share of the time. */
  get waiting(): number {
    return this.#sum("waiting") / this.#sum("seconds");
  }

  secondsFor(steps: number): number {
    return (steps * this.#sum("seconds")) / this.#times.length;
  }

  #sum(what: "images" | "seconds" | "waiting"): number {
    return this.#times.reduce((sum, time) => sum + time[what], 0);
  }
}
