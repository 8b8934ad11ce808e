/**
 * Runs `work` and tells whether a worker that it started broke: "broken" as soon as one does, without waiting for the rest. Those that
 * broke, and all beside them, are ended then, and nobody else hears of it.
 */
export async function watchedWorkers<T>(work: () => Promise<T>): Promise<T | "broken"> {
  const { Worker: Original } = globalThis;
  const started: Worker[] = [];
  let isBroken = () => {};
  const broken = new Promise<"broken">((resolve) => (isBroken = () => resolve("broken")));
  globalThis.Worker = class extends Original {
    constructor(...args: ConstructorParameters<typeof Original>) {
      super(...args);
      started.push(this);
      this.addEventListener("error", (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
        isBroken();
      });
    }
  };
  try {
    const result = await Promise.race([work(), broken]);
    if (result === "broken") for (const worker of started) worker.terminate();
    return result;
  } finally {
    globalThis.Worker = Original;
  }
}
