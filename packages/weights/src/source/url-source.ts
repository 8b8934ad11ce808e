import { FormatError, TesseraError } from "@tessera/core";
import { bufferSource, type ByteSource, checkRange } from "./byte-source.ts";

/** Small tensors lie side by side, so a read fetches at least this much and keeps it for the next. */
const windowBytes = 4 * 2 ** 20;
const firstBytes = 2 ** 16;

export interface UrlSourceOptions {
  signal?: AbortSignal;
  /** Sent with every request, as `Authorization`. */
  headers?: Record<string, string>;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
}

interface Ranged {
  bytes: Uint8Array<ArrayBuffer>;
  total: number;
  etag: string | null;
}

async function request(
  url: string,
  init: RequestInit,
  { fetch = globalThis.fetch }: UrlSourceOptions,
): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    init.signal?.throwIfAborted();
    throw new TesseraError(`${url}: expected an answer, got ${reason(cause)}; check the address and the network`, {
      cause,
    });
  }
  if (response.ok || response.status === 416) return response;
  await response.body?.cancel();
  const status = `${response.status} ${response.statusText}`.trim();
  throw new TesseraError(`${url}: expected the file, got HTTP ${status}; check the address and who may read it`);
}

/** Node hides why a fetch failed one level down. */
function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/** Reads a body that must have `length` bytes (undefined: any), and never keeps more than that. */
async function body(response: Response, url: string, length: number | undefined): Promise<Uint8Array<ArrayBuffer>> {
  const refuse = (got: string): FormatError =>
    new FormatError(
      `${url}: expected ${length} bytes, got ${got}; the transfer was cut or the file changed, try again`,
    );
  const parts: Uint8Array[] = [];
  let seen = 0;
  const reader = response.body?.getReader();
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      seen += next.value.length;
      if (length !== undefined && seen > length) throw refuse("more");
      parts.push(next.value);
    }
  } catch (cause) {
    await reader?.cancel().catch(() => {});
    if (cause instanceof FormatError || (cause instanceof Error && cause.name === "AbortError")) throw cause;
    throw new TesseraError(`${url}: expected the whole answer, got ${reason(cause)} after ${seen} bytes; try again`, {
      cause,
    });
  }
  if (length !== undefined && seen !== length) throw refuse(String(seen));
  const out = new Uint8Array(seen);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** The length that a whole answer states, unknown when it was compressed on its way. */
function statedLength(response: Response): number | undefined {
  const length = response.headers.get("content-length");
  return length === null || response.headers.get("content-encoding") ? undefined : Number(length);
}

async function whole(url: string, options: UrlSourceOptions, response?: Response): Promise<ByteSource> {
  const { signal, headers } = options;
  const answer = response ?? (await request(url, { signal, headers }, options));
  return bufferSource(await body(answer, url, statedLength(answer)), url);
}

/** Bytes of a 206 answer, or undefined when the answer does not say which bytes of how many it is (RFC 9110, 14.4). */
async function ranged(response: Response, url: string, start: number): Promise<Ranged | undefined> {
  const [, from, to, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  if (from === undefined || Number(from) !== start) {
    await response.body?.cancel();
    return undefined;
  }
  const bytes = await body(response, url, Number(to) - start + 1);
  return { bytes, total: Number(size), etag: response.headers.get("etag") };
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener("abort", stop);
  });
  return Promise.race([work, aborted]).finally(() => signal.removeEventListener("abort", stop));
}

/**
 * A URL as a source. Fetches by HTTP range; a server that ignores ranges is read whole, once, into memory.
 *
 * @throws TesseraError when the server does not answer or refuses, FormatError when it sends another number of bytes
 */
export async function urlSource(url: string, options: UrlSourceOptions = {}): Promise<ByteSource> {
  if (!/^https?:/i.test(url)) return whole(url, options);
  const get = (start: number, end: number, signal = options.signal): Promise<Response> =>
    request(url, { signal, headers: { ...options.headers, Range: `bytes=${start}-${end - 1}` } }, options);

  const first = await get(0, firstBytes);
  if (first.status === 416) {
    await first.body?.cancel();
    return bufferSource(new Uint8Array(), url); // no range fits into an empty file
  }
  if (first.status !== 206) return whole(url, options, first);
  const head = await ranged(first, url, 0);
  // a server on another origin may hide Content-Range from a page
  if (!head) return whole(url, options);

  const fetchRange = async (start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
    const response = await get(start, end, signal);
    const got = response.status === 206 ? await ranged(response, url, start) : undefined;
    const same = got?.total === head.total && (got.etag === head.etag || !got.etag || !head.etag);
    if (got && same && got.bytes.length === end - start) return got.bytes;
    throw new FormatError(
      `${url}: expected bytes ${start} to ${end} of ${head.total}, got another answer (HTTP ${response.status}); the file changed, open it again`,
    );
  };

  const extent = { name: url, length: head.total };
  let window = { start: 0, end: head.bytes.length, bytes: Promise.resolve(head.bytes) };
  return {
    ...extent,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      checkRange(extent, offset, length);
      if (length === 0) return new Uint8Array();
      if (offset < window.start || offset + length > window.end) {
        if (length >= windowBytes) return fetchRange(offset, offset + length, signal);
        const end = Math.min(head.total, offset + windowBytes);
        // without the signal: another reader may wait for the same window
        window = { start: offset, end, bytes: fetchRange(offset, end) };
      }
      const { start, bytes } = window;
      const got = await untilAborted(bytes, signal).catch((error: unknown) => {
        if (window.bytes === bytes && !signal?.aborted) window = { start: 0, end: 0, bytes };
        throw error;
      });
      return got.slice(offset - start, offset - start + length);
    },
    async close() {
      window = { start: 0, end: 0, bytes: Promise.resolve(new Uint8Array()) };
    },
  };
}
