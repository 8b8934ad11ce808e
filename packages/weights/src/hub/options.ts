import type { ByteSource } from "../source/byte-source.ts";

/** How far a download has come, in bytes. */
export interface HubProgress {
  file: string;
  loaded: number;
  /** Undefined when the server does not say. */
  total?: number;
}

export interface HubRetry {
  /** In a row, without progress between them. @default 5 */
  attempts?: number;
  /** Before the second attempt; doubles from there. @default 500 */
  delayMs?: number;
  /** A connection that is silent for this long counts as broken. @default 30000 */
  silenceMs?: number;
}

export interface HubOptions {
  /** Branch, tag or commit; a commit of 40 digits is never asked for twice. @default "main" */
  revision?: string;
  /** What the revision stands for, as `hubFiles` says: all files come from it, and the cache notes it. @default asked for */
  commit?: string;
  /** `false` sends none. @default HF_TOKEN, or the file that `hf auth login` writes; none in browsers */
  token?: string | false;
  /** Address of the hub, or of a mirror. @default HF_ENDPOINT, or https://huggingface.co */
  endpoint?: string;
  /** Uses the cache alone. @default true when HF_HUB_OFFLINE=1 */
  offline?: boolean;
  /** In Node a folder, in browsers the name of a cache. @default HF_HUB_CACHE, HF_HOME/hub, …; `tessera-hub` */
  cacheDir?: string;
  /** Stops downloads. */
  signal?: AbortSignal;
  /** Is called as bytes of a file arrive. */
  onProgress?: (progress: HubProgress) => void;
  /** In place of the global `fetch`: for a proxy, for example. */
  fetch?: typeof fetch;
  /** How often and how patiently to ask again. */
  retry?: HubRetry;
}

/** What `openSource` and `openCheckpoint` take: in Node the path inside the cache, in browsers the cached bytes. */
export type HubFile = string | ByteSource;

export interface HubEntry {
  name: string;
  /** In bytes. */
  size?: number;
}

export interface HubListing {
  commit: string;
  files: readonly HubEntry[];
  /** False when only what is cached could be listed: offline, or no answer. */
  isWhole: boolean;
  /** Then: names of which the cache knows that the repository has no such file. Of all others nothing is known. */
  absent?: readonly string[];
  /** And why the hub could not be asked. */
  reason?: Error;
}
