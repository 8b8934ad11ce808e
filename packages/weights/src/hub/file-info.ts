import { FormatError, shown, printable } from "@tessera/core";
import { isCommit } from "./hub-id.ts";
import { hubWatchdog } from "./retry.ts";
import { send } from "./send.ts";
import { fileUrl, type Hub, nameOf } from "./settings.ts";

/** What the hub says of one version of a file. */
export interface FileInfo {
  /** The commit that the revision stands for now. */
  commit: string;
  /** Names the content: sha256 for LFS and Xet files, git's sha1 for others; the file's name in the cache. */
  etag: string;
  /** In bytes. */
  size?: number;
  /** The ETag as the hub wrote it, if it may be used to continue a transfer. */
  validator?: string;
}

/** `W/"x"` and `"x"` are both `x`. */
export function etagOf(headers: Headers): string | undefined {
  const etag = headers.get("x-linked-etag") ?? headers.get("etag");
  return etag?.replace(/^W\//, "").replaceAll('"', "");
}

function sizeOf(headers: Headers, isRedirect: boolean): number | undefined {
  const linked = headers.get("x-linked-size");
  const isPlain = !isRedirect && !headers.get("content-encoding");
  const text = linked ?? (isPlain ? headers.get("content-length") : null);
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** @throws FormatError when a header is missing or could not be a name in the cache */
function readFileInfo(headers: Headers, isRedirect: boolean, hub: Hub, where: string): FileInfo {
  const commit = headers.get("x-repo-commit") ?? "";
  if (!isCommit(commit) || (isCommit(hub.revision) && commit !== hub.revision))
    throw new FormatError(
      `${where}: expected ${isCommit(hub.revision) ? "that" : "a"} commit in X-Repo-Commit, got ${printable(commit) || "none"}; check that ${hub.endpoint} is a hub and that no proxy is in between`,
    );
  const etag = etagOf(headers) ?? "";
  if (!/^[\w-][\w.-]{0,199}$/.test(etag))
    throw new FormatError(
      `${where}: expected an ETag that names the content, got ${etag ? shown(etag) : "none"}; check that ${hub.endpoint} is a hub`,
    );
  const own = headers.get("etag");
  const isOwn = !isRedirect && !headers.get("x-linked-etag") && own?.startsWith('"');
  return { commit, etag, size: sizeOf(headers, isRedirect), validator: isOwn ? own! : undefined };
}

/**
 * Asks the hub for a file's version with one HEAD request.
 *
 * @throws TransientError when another attempt may help, TesseraError when the hub refuses
 */
export async function fetchFileInfo(hub: Hub, file: string, silenceMs = hub.retry.silenceMs): Promise<FileInfo> {
  const where = nameOf(hub, file);
  const { signal, stop } = hubWatchdog(silenceMs, where);
  const sending = { method: "HEAD", signal, stopsAtBorder: true } as const;
  const { response, headers } = await send(hub, fileUrl(hub, file), where, sending).finally(stop);
  return readFileInfo(headers, response.status >= 300, hub, where);
}
