import { TesseraError } from "@tessera/core";
import { environment } from "#hub-environment";
import { parseHubId } from "./hub-id.ts";
import type { HubOptions, HubProgress, HubRetry } from "./options.ts";
import { checkName } from "./safe-name.ts";

/** One repository at one revision, with all defaults filled in. */
export interface Hub {
  repo: string;
  revision: string;
  /** Without a slash at its end. */
  endpoint: string;
  token?: string;
  offline: boolean;
  cacheDir: string;
  signal?: AbortSignal;
  onProgress?: (progress: HubProgress) => void;
  fetch: typeof fetch;
  retry: Required<HubRetry>;
  /** Whether this platform shows us redirects: browsers do not. */
  seesRedirects: boolean;
}

/** @throws TesseraError when the repository, the revision or the endpoint cannot be one */
export async function hubSettings(id: string, options: HubOptions): Promise<Hub> {
  options.signal?.throwIfAborted();
  const { repo, revision: named } = parseHubId(id);
  const revision = options.revision ?? named ?? "main";
  if (named !== undefined && named !== revision)
    throw new TesseraError(`${id}: expected one revision, got ${named} and ${revision}; leave one of them out`);
  checkName(revision, `${repo}: revision`);
  const defaults = await environment(options);
  const token = options.token === false ? undefined : options.token?.trim() || defaults.token;
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new TesseraError("hub: expected a token such as hf_…, got one with other characters; check HF_TOKEN");
  const given = options.endpoint ?? defaults.endpoint ?? "https://huggingface.co";
  if (!/^https?:\/\//i.test(given) || !URL.canParse(given))
    throw new TesseraError(`hub: expected an endpoint such as https://huggingface.co, got ${given}; see HF_ENDPOINT`);
  return {
    ...defaults,
    repo,
    revision,
    endpoint: new URL(given).href.replace(/\/+$/, ""),
    token,
    offline: options.offline ?? defaults.offline,
    cacheDir: options.cacheDir ?? defaults.cacheDir,
    signal: options.signal,
    onProgress: options.onProgress,
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    retry: { attempts: 5, delayMs: 500, silenceMs: 30_000, ...options.retry },
  };
}

/** What messages call a file of a repository. */
export function nameOf(hub: Hub, file?: string): string {
  return file === undefined ? `${hub.repo}@${hub.revision}` : `${hub.repo}@${hub.revision}/${file}`;
}

/** Where the hub has a file, at the revision that was asked for unless another is given. */
export function fileUrl(hub: Hub, file: string, revision: string = hub.revision): string {
  const path = file.split("/").map(encodeURIComponent).join("/");
  return `${hub.endpoint}/${hub.repo}/resolve/${encodeURIComponent(revision)}/${path}`;
}
