import { TransientError } from "./retry.ts";

export interface Watchdog {
  /** Aborted, with a `TransientError`, after a silence that is too long. */
  signal: AbortSignal;
  /** Something came: the clock starts anew. */
  seen(): void;
  stop(): void;
}

/** Ends what nobody answers. */
export function watchdog(silenceMs: number, where: string): Watchdog {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => clearTimeout(timer);
  const seen = (): void => {
    stop();
    timer = setTimeout(() => {
      const silence = `${where}: expected an answer, got silence for ${silenceMs / 1000} s; check the network`;
      controller.abort(new TransientError(silence));
    }, silenceMs);
  };
  seen();
  return { signal: controller.signal, seen, stop };
}
