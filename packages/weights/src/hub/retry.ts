import { TesseraError, type Watchdog, watchdog } from "@tessera/core";
import type { HubRetry } from "./options.ts";

/** The longest wait, also when the server asks for a longer one. */
const longestWaitMs = 60_000;

/** A failure that may pass: no connection, an overloaded server, a transfer that broke off. */
export class TransientError extends TesseraError {
  /** How long the server asked us to wait. */
  readonly waitMs?: number;

  constructor(message: string, options: { cause?: unknown; waitMs?: number } = {}) {
    super(message, { cause: options.cause, code: "unreachable" });
    this.waitMs = options.waitMs;
  }
}

/** Ends what a hub does not answer, so that another attempt may be made. */
export function hubWatchdog(silenceMs: number, where: string): Watchdog {
  return watchdog(
    { silenceMs },
    (got) => new TransientError(`${where}: expected an answer, got ${got}; check the network`),
  );
}

interface BackoffOptions {
  retry: Required<HubRetry>;
  signal?: AbortSignal;
}

/** Counts failures in a row. `after` waits before the next attempt, or throws the failure when there shall be none. */
export function backoff({ retry, signal }: BackoffOptions): { reset(): void; after(error: unknown): Promise<void> } {
  let failures = 0;
  return {
    reset() {
      failures = 0;
    },
    async after(error) {
      signal?.throwIfAborted();
      failures++;
      if (!(error instanceof TransientError) || failures >= retry.attempts || (error.waitMs ?? 0) > longestWaitMs)
        throw error;
      // not all clients of a server that restarts shall come back at the same time
      const delay = Math.min(retry.delayMs * 2 ** (failures - 1), longestWaitMs) * (0.75 + Math.random() / 2);
      await wait(Math.max(delay, error.waitMs ?? 0), signal);
    },
  };
}

/** What Node says when no server was there at all: without a network, with a misspelt host, behind a firewall. */
const neverConnected =
  /^(?:ENOTFOUND|EAI_AGAIN|EAI_FAIL|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|UND_ERR_CONNECT_TIMEOUT)$/;

/** Whether a request never reached a server, which waiting will not change: its user is told at once. */
function wasNotReached(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; { cause } = cause) {
    // fetch refuses some ports by itself
    if (neverConnected.test(String((cause as { code?: unknown }).code)) || cause.message === "bad port") return true;
  }
  return false;
}

/** @throws what `work` throws: at once if no server was there, after as many attempts as are allowed if it may pass */
export async function retrying<T>(settings: BackoffOptions, work: () => Promise<T>): Promise<T> {
  const { after } = backoff(settings);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (wasNotReached(error)) throw error;
      await after(error);
    }
  }
}

/** @throws the signal's reason when it is aborted meanwhile */
export async function wait(ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done);
    if (signal?.aborted) done();
  });
  signal?.throwIfAborted();
}

/** `Retry-After` in milliseconds: a number of seconds or a date (RFC 9110, 10.2.3). */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after");
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
