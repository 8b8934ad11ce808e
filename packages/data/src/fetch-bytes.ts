import { type ErrorCode, TesseraError } from "@tessera/core";
import type { NamedBytes } from "./image-input.ts";

/** The bytes at an address, and the address. @throws TesseraError when they cannot be had. */
export async function fetchBytes(url: URL, signal?: AbortSignal): Promise<NamedBytes> {
  const name = url.protocol === "data:" ? "the data URL given" : url.href;
  let got: string;
  let cause: unknown;
  let code: ErrorCode = "unreachable";
  try {
    const response = await fetch(url, { signal });
    if (response.ok) return { bytes: new Uint8Array(await response.arrayBuffer()), name };
    got = `status ${response.status}`;
    code = response.status === 404 ? "not-found" : "invalid";
  } catch (error) {
    signal?.throwIfAborted();
    cause = error;
    got = (error as Error).message;
  }
  throw new TesseraError(`decodeImage: expected an image, got ${got} from ${name}`, { cause, code });
}
