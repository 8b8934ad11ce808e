/** How patient a request is. */
export interface Patience {
  /** Milliseconds in which something must come. */
  silenceMs: number;
  /** Milliseconds for the whole answer. @default as long as something comes */
  totalMs?: number;
}

export interface Watchdog {
  /** Aborted after a silence, or an answer, that is too long; the reason is what `failure` made. */
  signal: AbortSignal;
  /** So many bytes came. The clock starts anew when they are enough: a byte now and then would go on for ever. */
  seen(bytes: number): void;
  /** Stops the clock: what comes next is not the server's time. `seen` starts it again. */
  stop(): void;
}

/** What has to come within a silence's time, or all that is left of an answer. */
const progressBytes = 2 ** 15;

/**
 * Ends what nobody answers, or answers without end.
 *
 * @param failure makes the signal's reason of what was got
 */
export function watchdog({ silenceMs, totalMs }: Patience, failure: (got: string) => Error): Watchdog {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let began = performance.now();
  let left = silenceMs;
  let leftInAll = totalMs ?? Number.POSITIVE_INFINITY;
  let bytes = 0;
  const start = (): void => {
    began = performance.now();
    const isEnd = leftInAll < left;
    const got = isEnd
      ? `an answer that took longer than ${totalMs! / 1000} s`
      : `${bytes > 0 ? "hardly anything" : "silence"} for ${silenceMs / 1000} s`;
    timer = setTimeout(() => controller.abort(failure(got)), Math.max(0, Math.min(left, leftInAll)));
  };
  const stop = (): void => {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    const passed = performance.now() - began;
    left -= passed;
    leftInAll -= passed;
  };
  const seen = (more: number): void => {
    stop();
    bytes += more;
    if (bytes >= progressBytes) {
      bytes = 0;
      left = silenceMs;
    }
    start();
  };
  start();
  return { signal: controller.signal, seen, stop };
}
