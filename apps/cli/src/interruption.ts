/** What Ctrl-C throws. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Aborts at the first Ctrl-C, so that work ends in order and nothing is left half-written; the second ends the process. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  process.once("SIGINT", () => controller.abort(new Interrupted("interrupted")));
  return controller.signal;
}
