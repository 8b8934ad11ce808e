import { effect } from "@preact/signals";

/** Resolves once a condition on signals holds, or at the abort. */
export async function until(condition: () => boolean, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = withResolver();
  const stop = effect(() => {
    if (condition()) resolve();
  });
  signal.addEventListener("abort", resolve);
  await promise;
  signal.removeEventListener("abort", resolve);
  stop();
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
