import { FormatError, type Watchdog } from "@tessera/core";
import { isCommit } from "./hub-id.ts";
import { hubWatchdog } from "./retry.ts";
import { wholeBody } from "../source/http-body.ts";
import { checkName } from "./safe-name.ts";
import { connectionError, send } from "./send.ts";
import { type Hub, nameOf } from "./settings.ts";

export interface ListedFile {
  name: string;
  size?: number;
  /** As `FileInfo.etag`. */
  etag?: string;
}

export interface Listed {
  commit: string;
  files: ListedFile[];
}

interface Sibling {
  rfilename?: unknown;
  size?: unknown;
  blobId?: unknown;
  lfs?: { sha256?: unknown; size?: unknown } | null;
}

/** Of a repository of a hundred thousand files, and more. */
const longestListing = 64 * 2 ** 20;

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
const count = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;

/**
 * The files of a revision, as the hub's API lists them.
 *
 * @throws FormatError when the answer is no listing or a name in it would leave the cache
 */
export async function fetchListing(hub: Hub, silenceMs: number = hub.retry.silenceMs): Promise<Listed> {
  const where = nameOf(hub);
  const dog = hubWatchdog(Math.min(silenceMs, hub.retry.silenceMs), where);
  return readListing(hub, where, dog).finally(dog.stop);
}

function parsed(body: string): { sha?: unknown; siblings?: unknown } | null {
  try {
    return JSON.parse(body) as { sha?: unknown } | null;
  } catch {
    return null;
  }
}

async function readListing(hub: Hub, where: string, dog: Watchdog): Promise<Listed> {
  const url = `${hub.endpoint}/api/models/${hub.repo}/revision/${encodeURIComponent(hub.revision)}?blobs=true`;
  const { response } = await send(hub, url, where, { signal: dog.signal });
  const bytes = await wholeBody({ response, dog }, where, longestListing).catch((cause: unknown) => {
    throw cause instanceof FormatError ? cause : connectionError(cause, where, hub, dog.signal);
  });
  const answer = parsed(new TextDecoder().decode(bytes));
  const commit = text(answer?.sha) ?? "";
  const siblings = answer?.siblings;
  if (!isCommit(commit) || !Array.isArray(siblings))
    throw new FormatError(`${where}: expected a listing of the hub, got something else; check ${hub.endpoint}`);
  const files = (siblings as (Sibling | null)[]).map((sibling) => ({
    name: checkName(text(sibling?.rfilename) ?? "", where),
    size: count(sibling?.lfs?.size) ?? count(sibling?.size),
    etag: text(sibling?.lfs?.sha256) ?? text(sibling?.blobId),
  }));
  return { commit, files };
}
