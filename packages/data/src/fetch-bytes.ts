import { type ErrorCode, FormatError, type Patience, TesseraError, type Watchdog, watchdog } from "@tessera/core";
import type { NamedBytes } from "./image-input.ts";

/** What a server may take of us for one picture. */
interface PictureLimits extends Patience {
  bytes: number;
}

const usualLimits: PictureLimits = { bytes: 2 ** 28, silenceMs: 30_000, totalMs: 600_000 };

/**
 * The bytes at an address, and the address.
 *
 * @throws TesseraError when they cannot be had within the limits' time, FormatError when they are more than the limit.
 */
export async function fetchBytes(
  url: URL,
  signal?: AbortSignal,
  limits: PictureLimits = usualLimits,
): Promise<NamedBytes> {
  const name = url.protocol === "data:" ? "the data URL given" : url.href;
  const unreachable = (got: string, cause?: unknown, code: ErrorCode = "unreachable"): TesseraError =>
    new TesseraError(`decodeImage: expected an image, got ${got} from ${name}`, { cause, code });
  const dog = watchdog(limits, (got) => unreachable(got));
  try {
    const response = await fetch(url, { signal: signal ? AbortSignal.any([signal, dog.signal]) : dog.signal });
    if (response.ok) return { bytes: await bodyOf(response, name, limits.bytes, dog), name };
    await response.body?.cancel();
    throw unreachable(`status ${response.status}`, undefined, response.status === 404 ? "not-found" : "invalid");
  } catch (error) {
    signal?.throwIfAborted();
    dog.signal.throwIfAborted();
    throw TesseraError.isInstance(error) ? error : unreachable((error as Error).message, error);
  } finally {
    dog.stop();
  }
}

/** A body of any length up to `longest`; what its headers say of it is not believed. */
async function bodyOf(response: Response, name: string, longest: number, dog: Watchdog): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
    dog.seen(next.value.length);
    parts.push(next.value);
    length += next.value.length;
    if (length <= longest) continue;
    await reader?.cancel();
    throw new FormatError(
      `decodeImage: expected at most ${longest} bytes, got more from ${name}; download a smaller one`,
    );
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
