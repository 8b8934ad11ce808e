import { FormatError, TesseraError, type Watchdog } from "@tessera/core";

/** Why a request failed: Node hides it one level down. */
export function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/** A body on its way. */
export interface Answer {
  response: Response;
  /** Ends it when nothing more comes. */
  dog: Watchdog;
}

/** The parts of a body as they come, as long as `tooLong` makes no error of their bytes. */
async function* parts(
  { response, dog }: Answer,
  url: string,
  tooLong: (bytes: number) => FormatError | undefined,
): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  let seen = 0;
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      dog.seen(next.value.length);
      seen += next.value.length;
      const error = tooLong(seen);
      if (error) throw error;
      yield next.value;
    }
  } catch (cause) {
    if (dog.signal.aborted) throw dog.signal.reason;
    if (cause instanceof FormatError || (cause instanceof Error && cause.name === "AbortError")) throw cause;
    throw new TesseraError(`${url}: expected the whole answer, got ${reason(cause)} after ${seen} bytes; try again`, {
      cause,
      code: "unreachable",
    });
  } finally {
    dog.stop();
    await reader?.cancel().catch(() => {});
  }
}

function wrongLength(url: string, expected: number, got: string): FormatError {
  return new FormatError(
    `${url}: expected ${expected} bytes, got ${got}; the transfer was cut or the file changed, try again`,
  );
}

/**
 * A body of a length that we asked for.
 *
 * @throws FormatError when it has another
 */
export async function bodyOf(answer: Answer, url: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(length);
  let at = 0;
  for await (const part of parts(answer, url, (bytes) =>
    bytes > length ? wrongLength(url, length, "more") : undefined,
  )) {
    out.set(part, at);
    at += part.length;
  }
  if (at < length) throw wrongLength(url, length, String(at));
  return out;
}

/**
 * A whole body, whose length only the server knows, so nothing is allocated on its word.
 *
 * @param longest bytes that are taken: a body may have no end
 * @throws FormatError when it has another length than the server stated, or more than `longest` bytes
 */
export async function wholeBody(answer: Answer, url: string, longest: number): Promise<Uint8Array<ArrayBuffer>> {
  const { headers } = answer.response;
  const header = headers.get("content-length");
  // a length says nothing of what was compressed on its way
  const stated = header === null || headers.get("content-encoding") ? undefined : Number(header);
  const tooLong = (bytes: number): FormatError | undefined => {
    if (stated !== undefined && bytes > stated) return wrongLength(url, stated, "more");
    if (bytes <= longest) return undefined;
    return new FormatError(`${url}: expected at most ${longest} bytes, got more; download it, and name the file`);
  };
  const collected: Uint8Array[] = [];
  let length = 0;
  for await (const part of parts(answer, url, tooLong)) {
    collected.push(part);
    length += part.length;
  }
  if (stated !== undefined && length !== stated) throw wrongLength(url, stated, String(length));
  const out = new Uint8Array(length);
  let at = 0;
  for (const part of collected) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
