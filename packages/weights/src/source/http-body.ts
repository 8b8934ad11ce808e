import { FormatError, TesseraError } from "@tessera/core";

/** Why a request failed: Node hides it one level down. */
export function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message || cause.name : String(cause);
}

/** The parts of a body as they come, at most `longest` bytes of them. */
async function* parts(response: Response, url: string, longest: number): AsyncGenerator<Uint8Array> {
  const reader = response.body?.getReader();
  let seen = 0;
  try {
    for (let next = await reader?.read(); next && !next.done; next = await reader?.read()) {
      seen += next.value.length;
      if (seen > longest) throw wrongLength(url, longest, "more");
      yield next.value;
    }
  } catch (cause) {
    if (cause instanceof FormatError || (cause instanceof Error && cause.name === "AbortError")) throw cause;
    throw new TesseraError(`${url}: expected the whole answer, got ${reason(cause)} after ${seen} bytes; try again`, {
      cause,
      code: "unreachable",
    });
  } finally {
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
export async function bodyOf(response: Response, url: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const out = new Uint8Array(length);
  let at = 0;
  for await (const part of parts(response, url, length)) {
    out.set(part, at);
    at += part.length;
  }
  if (at < length) throw wrongLength(url, length, String(at));
  return out;
}

/**
 * A whole body, whose length only the server knows, so nothing is allocated on its word.
 *
 * @throws FormatError when it has another length than the server stated
 */
export async function wholeBody(response: Response, url: string): Promise<Uint8Array<ArrayBuffer>> {
  const header = response.headers.get("content-length");
  // a length says nothing of what was compressed on its way
  const stated = header === null || response.headers.get("content-encoding") ? undefined : Number(header);
  const collected: Uint8Array[] = [];
  let length = 0;
  for await (const part of parts(response, url, stated ?? Number.POSITIVE_INFINITY)) {
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
