import { FormatError, TesseraError } from "@tessera/core";
import { bufferSource, type ByteSource, checkRange } from "./byte-source.ts";
import { bodyOf, reason, wholeBody } from "./http-body.ts";

/**
 * Small tensors lie side by side, so a read fetches more than it needs and keeps it for the next: a little at first, since
 * headers lie apart, and more the longer reads follow one another.
 */
const leastAhead = 2 ** 16;
const mostAhead = 4 * 2 ** 20;

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
      code: "unreachable",
    });
  }
  if (response.ok || response.status === 416) return response;
  await response.body?.cancel();
  const status = `${response.status} ${response.statusText}`.trim();
  throw new TesseraError(`${url}: expected the file, got HTTP ${status}; check the address and who may read it`, {
    code: response.status === 404 ? "not-found" : undefined,
  });
}

async function whole(url: string, options: UrlSourceOptions, response?: Response): Promise<ByteSource> {
  const { signal, headers } = options;
  const answer = response ?? (await request(url, { signal, headers }, options));
  return bufferSource(await wholeBody(answer, url), url);
}

/** Bytes of an answer, or undefined when it does not say which bytes of how many it is (RFC 9110, 14.4), or others than asked. */
async function ranged(response: Response, url: string, start: number, end: number): Promise<Ranged | undefined> {
  const [, from, to, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  const length = Number(to) - start + 1;
  if (response.status !== 206 || Number(from) !== start || length < 1 || length > end - start) {
    await response.body?.cancel();
    return undefined;
  }
  return { bytes: await bodyOf(response, url, length), total: Number(size), etag: response.headers.get("etag") };
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
  const get = (start: number, end: number, signal?: AbortSignal): Promise<Response> =>
    request(url, { signal, headers: { ...options.headers, Range: `bytes=${start}-${end - 1}` } }, options);

  const first = await get(0, leastAhead, options.signal);
  if (first.status === 416) {
    await first.body?.cancel();
    return bufferSource(new Uint8Array(), url); // no range fits into an empty file
  }
  if (first.status !== 206) return whole(url, options, first);
  const head = await ranged(first, url, 0, leastAhead);
  // a server on another origin may hide Content-Range from a page
  if (!head) return whole(url, options);

  const fetchRange = async (start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
    const response = await get(start, end, signal);
    const got = await ranged(response, url, start, end);
    const same = got?.total === head.total && (got.etag === head.etag || !got.etag || !head.etag);
    if (got && same && got.bytes.length === end - start) return got.bytes;
    throw new FormatError(
      `${url}: expected bytes ${start} to ${end} of ${head.total}, got another answer (HTTP ${response.status}); the file changed, open it again`,
    );
  };

  const extent = { name: url, length: head.total };
  let ahead = leastAhead;
  let window = { start: 0, end: head.bytes.length, bytes: Promise.resolve(head.bytes) };
  return {
    ...extent,
    async read(offset, length, signal) {
      signal?.throwIfAborted();
      checkRange(extent, offset, length);
      if (length === 0) return new Uint8Array();
      if (offset < window.start || offset + length > window.end) {
        if (length >= mostAhead) return fetchRange(offset, offset + length, signal);
        const follows = offset >= window.start && offset <= window.end + leastAhead;
        ahead = follows ? Math.min(mostAhead, 4 * ahead) : leastAhead;
        const end = Math.min(head.total, offset + Math.max(length, ahead));
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
