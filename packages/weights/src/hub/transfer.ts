import { FormatError } from "@tessera/core";
import { etagOf, type FileInfo } from "./file-info.ts";
import { TransientError, hubWatchdog } from "./retry.ts";
import { connectionError, send } from "./send.ts";
import { fileUrl, type Hub, nameOf } from "./settings.ts";

/** The hub has another version of the file than a moment ago. */
export class ChangedError extends FormatError {}

/** The server cannot continue where we want it to. */
export class RangeRefusedError extends TransientError {}

export interface Piece {
  /** Where in the file the bytes belong. */
  at: number;
  bytes: Uint8Array;
  total?: number;
}

interface Answer {
  start: number;
  /** Bytes in the whole file, if known. */
  total?: number;
}

/** Which bytes of how many an answer holds. */
function readAnswer(response: Response, start: number, info: FileInfo, where: string): Answer {
  const { status, headers } = response;
  const isPacked = (headers.get("content-encoding") ?? "identity") !== "identity";
  if (status === 416 || (status === 206 && isPacked))
    throw new RangeRefusedError(`${where}: expected the bytes from ${start}, got HTTP ${status}; try again`);
  if (status !== 206) {
    const length = headers.get("content-length");
    return { start: 0, total: info.size ?? (length === null || isPacked ? undefined : Number(length)) };
  }
  const [, from, size] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get("content-range") ?? "") ?? [];
  if (Number(from) !== start || (info.size !== undefined && Number(size) !== info.size))
    throw new RangeRefusedError(
      `${where}: expected the bytes from ${start} of ${info.size ?? "any"}, got ${headers.get("content-range") ?? "no range"}; try again`,
    );
  return { start, total: Number(size) };
}

/**
 * The bytes of a file from `start`, or from 0 where the server does not continue.
 *
 * @throws ChangedError when the hub has another version by now, RangeRefusedError when it has nothing at `start`,
 * TransientError when another attempt may help
 */
export async function* transfer(hub: Hub, file: string, info: FileInfo, start: number): AsyncGenerator<Piece> {
  const where = nameOf(hub, file);
  const dog = hubWatchdog(hub.retry.silenceMs, where);
  const range: Record<string, string> = start > 0 ? { Range: `bytes=${start}-` } : {};
  if (start > 0 && info.validator) range["If-Range"] = info.validator;
  try {
    const { response, headers } = await send(hub, fileUrl(hub, file), where, { headers: range, signal: dog.signal });
    const reader = response.body?.getReader();
    try {
      const etag = hub.seesRedirects ? etagOf(headers) : info.etag; // a browser's is that of another host
      if (etag !== info.etag && response.status !== 416)
        throw new ChangedError(
          `${where}: expected version ${info.etag}, got ${etag ?? "none"}; the file changed, try again`,
        );
      const { start: first, total } = readAnswer(response, start, info, where);
      const read = async (): Promise<Uint8Array | undefined> =>
        reader?.read().then(
          ({ value }) => value,
          (cause: unknown) => {
            throw connectionError(cause, where, hub, dog.signal);
          },
        );
      let at = first;
      for (let bytes = await read(); bytes; bytes = await read()) {
        if (total !== undefined && at + bytes.length > total)
          throw new FormatError(`${where}: expected ${total} bytes, got more; the file changed, try again`);
        dog.stop(); // the time that the disk takes is not the server's
        yield { at, bytes, total };
        dog.seen(bytes.length);
        at += bytes.length;
      }
      if (total !== undefined && at < total)
        throw new TransientError(`${where}: expected ${total} bytes, got ${at}; the transfer was cut, try again`);
    } finally {
      await reader?.cancel().catch(() => {});
    }
  } finally {
    dog.stop();
  }
}
