import { proxyAdvice } from "#proxy";
import { FormatError, type Patience, TesseraError, watchdog } from "@tessera/core";
import { bufferSource, type ByteSource, checkRange } from "./byte-source.ts";
import { type Answer, bodyOf, reason, wholeBody } from "./http-body.ts";

/**
 * Small tensors lie side by side, so a read fetches more than it needs and keeps it for the next: a little at first, since
 * headers lie apart, and more the longer reads follow one another.
 */
const leastAhead = 2 ** 16;
const mostAhead = 4 * 2 ** 20;

/** What a server may take of us. */
export interface UrlLimits extends Patience {
  /** Of a file that the server sends in one piece, which is then held in memory. */
  bytes: number;
}

const usualLimits: UrlLimits = { bytes: 8 * 2 ** 30, silenceMs: 30_000, totalMs: 6 * 3_600_000 };

export interface UrlSourceOptions {
  /** Stops waiting for the server. */
  signal?: AbortSignal;
  /** Sent with every request, as `Authorization`. */
  headers?: Record<string, string>;
  /** In place of the global `fetch`. */
  fetch?: typeof fetch;
  /** @default 8 GiB in one piece, 30 s of silence, 6 h for an answer */
  limits?: Partial<UrlLimits>;
}

interface Ranged {
  bytes: Uint8Array<ArrayBuffer>;
  total: number;
  etag: string | null;
}

async function request(
  url: string,
  init: RequestInit,
  { fetch = globalThis.fetch, limits }: UrlSourceOptions,
): Promise<Answer> {
  const dog = watchdog(
    { ...usualLimits, ...limits },
    (got) =>
      new TesseraError(`${url}: expected an answer, got ${got}; check the address and the network`, {
        code: "unreachable",
      }),
  );
  let response: Response;
  try {
    response = await fetch(url, {
      ...init,
      signal: init.signal ? AbortSignal.any([init.signal, dog.signal]) : dog.signal,
    });
  } catch (cause) {
    dog.stop();
    init.signal?.throwIfAborted();
    dog.signal.throwIfAborted();
    throw new TesseraError(
      `${url}: expected an answer, got ${reason(cause)}; check the address and the network${proxyAdvice()}`,
      { cause, code: "unreachable" },
    );
  }
  if (response.ok || response.status === 416) return { response, dog };
  await ended({ response, dog });
  const status = `${response.status} ${response.statusText}`.trim();
  throw new TesseraError(`${url}: expected the file, got HTTP ${status}; check the address and who may read it`, {
    code: response.status === 404 ? "not-found" : undefined,
  });
}

/** Takes nothing more of an answer. */
async function ended({ response, dog }: Answer): Promise<void> {
  dog.stop();
  await response.body?.cancel().catch(() => {});
}

async function whole(url: string, options: UrlSourceOptions, begun?: Answer): Promise<ByteSource> {
  const { signal, headers, limits } = options;
  const answer = begun ?? (await request(url, { signal, headers }, options));
  return bufferSource(await wholeBody(answer, url, limits?.bytes ?? usualLimits.bytes), url);
}

/** Bytes of an answer, or undefined when it does not say which bytes of how many it is (RFC 9110, 14.4), or others than asked. */
async function ranged(answer: Answer, url: string, start: number, end: number): Promise<Ranged | undefined> {
  const { response } = answer;
  const [, from, to, size] = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(response.headers.get("content-range") ?? "") ?? [];
  const length = Number(to) - start + 1;
  if (response.status !== 206 || Number(from) !== start || length < 1 || length > end - start) {
    await ended(answer);
    return undefined;
  }
  return { bytes: await bodyOf(answer, url, length), total: Number(size), etag: response.headers.get("etag") };
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
 * @throws TesseraError when the server does not answer, falls silent or refuses, FormatError when it sends another number of
 * bytes, or more than the limits allow
 */
export async function urlSource(url: string, options: UrlSourceOptions = {}): Promise<ByteSource> {
  if (!/^https?:/i.test(url)) return whole(url, options);
  const get = (start: number, end: number, signal?: AbortSignal): Promise<Answer> =>
    request(url, { signal, headers: { ...options.headers, Range: `bytes=${start}-${end - 1}` } }, options);

  const first = await get(0, leastAhead, options.signal);
  if (first.response.status === 416) {
    await ended(first);
    return bufferSource(new Uint8Array(), url); // no range fits into an empty file
  }
  if (first.response.status !== 206) return whole(url, options, first);
  const head = await ranged(first, url, 0, leastAhead);
  // a server on another origin may hide Content-Range from a page
  if (!head) return whole(url, options);

  const fetchRange = async (start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>> => {
    const answer = await get(start, end, signal);
    const got = await ranged(answer, url, start, end);
    const same = got?.total === head.total && (got.etag === head.etag || !got.etag || !head.etag);
    if (got && same && got.bytes.length === end - start) return got.bytes;
    throw new FormatError(
      `${url}: expected bytes ${start} to ${end} of ${head.total}, got another answer (HTTP ${answer.response.status}); the file changed, open it again`,
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
