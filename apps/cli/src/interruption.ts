/** What a signal to end throws. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** By which the process ends, so that whoever started it knows. */
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals = "SIGINT") {
    super("interrupted");
    this.signal = signal;
  }
}

/** Ctrl-C, `kill` and a terminal that is closed. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Aborts at the first signal to end, so that work ends in order and nothing is left half-written; the second ends the process. */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) process.once(signal, () => controller.abort(new Interrupted(signal)));
  return controller.signal;
}
