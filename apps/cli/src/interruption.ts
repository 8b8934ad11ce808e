/** What Ctrl-C and `kill` throw. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
  /** By which the process ends, so that whoever started it knows. */
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals = "SIGINT") {
    super("interrupted");
    this.signal = signal;
  }
}

/**
 * Aborts at the first of these signals, Ctrl-C unless said otherwise, so that work ends in order and nothing is left
 * half-written; the second ends the process.
 */
export function interruption(signals: readonly NodeJS.Signals[] = ["SIGINT"]): AbortSignal {
  const controller = new AbortController();
  for (const signal of signals) process.once(signal, () => controller.abort(new Interrupted(signal)));
  return controller.signal;
}
