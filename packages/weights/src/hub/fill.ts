import type { FileInfo } from "./file-info.ts";
import { backoff } from "./retry.ts";
import type { Hub } from "./settings.ts";
import { RangeRefusedError, transfer } from "./transfer.ts";

/** So much has to arrive for a broken transfer to count as progress: a byte an attempt would go on for ever. */
const progressBytes = 2 ** 16;
const reportMs = 50;

/** Calls `onProgress` not more often than a display can follow, and always at the end. */
function reporter(hub: Hub, file: string): (loaded: number, total: number | undefined) => void {
  let last = -Infinity;
  return (loaded, total) => {
    const now = performance.now();
    if (loaded !== total && now - last < reportMs) return;
    last = now;
    hub.onProgress?.({ file, loaded, total });
  };
}

/**
 * Downloads what follows the first `done` bytes, over as many connections as it takes, and returns the file's length.
 * Pieces follow each other; after one that starts at 0 what was written before is void.
 *
 * @throws ChangedError when the hub has another version by now, TesseraError when it gives up
 */
export async function fill(
  hub: Hub,
  file: string,
  info: FileInfo,
  done: number,
  write: (bytes: Uint8Array, at: number) => Promise<void>,
): Promise<number> {
  const report = reporter(hub, file);
  const { reset, after } = backoff(hub);
  let at = info.size !== undefined && done > info.size ? 0 : done;
  let total = info.size;
  report(at, total);
  for (let marked = at; at !== total;) {
    try {
      for await (const piece of transfer(hub, file, info, at)) {
        await write(piece.bytes, piece.at);
        at = piece.at + piece.bytes.length;
        ({ total } = piece);
        report(at, total);
        if (at < marked) marked = at;
        if (at - marked < progressBytes) continue;
        marked = at;
        reset();
      }
      break;
    } catch (error) {
      await after(error);
      if (error instanceof RangeRefusedError) at = 0;
    }
  }
  return at;
}
