/** How long whoever takes the batches of an epoch has waited for them. */
export interface Waiting {
  /** Seconds. */
  readonly seconds: number;
  /** Of the time since the epoch's first batch was asked for: 0 when the model never waits, and before the first. */
  readonly share: number;
}

/** Measures an epoch's waiting. The first batch, before which nothing could be prepared, counts as well. */
export class WaitingClock {
  #start: number | undefined;
  #end = 0;
  #waited = 0;

  async during<T>(work: Promise<T>): Promise<T> {
    const before = performance.now();
    this.#start ??= before;
    try {
      return await work;
    } finally {
      this.#end = performance.now();
      this.#waited += this.#end - before;
    }
  }

  read(): Waiting {
    const elapsed = this.#end - (this.#start ?? this.#end);
    return { seconds: this.#waited / 1000, share: elapsed > 0 ? this.#waited / elapsed : 0 };
  }
}
