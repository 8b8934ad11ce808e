import { TesseraError } from "@tessera/core";
import { TransientError, retryAfter } from "./retry.ts";
import type { Hub } from "./settings.ts";

/**
 * Why the hub did not give what was asked for, and what to do about it. Passing ones are `TransientError`s; `not-found` is what
 * the hub knows that it has not, so that a copy of it is out of date.
 */
export function refusal({ status, headers }: Response, hub: Hub, where: string): TesseraError {
  const kind = headers.get("x-error-code");
  const said = headers.get("x-error-message")?.slice(0, 200);
  const got = `HTTP ${status}${said ? ` (${said})` : ""}`;
  const page = `${hub.endpoint}/${hub.repo}`;
  const login = hub.token
    ? "the token that was sent may not read it: set HF_TOKEN to one that may"
    : "if it is private or gated, set HF_TOKEN to a token that may read it";

  if (status === 429 || status === 408 || status >= 500) {
    const waitMs = retryAfter(headers);
    const asked = waitMs === undefined ? "" : `, which asks to wait ${Math.ceil(waitMs / 1000)} s`;
    return new TransientError(`${where}: expected the hub to answer, got ${got}${asked}; try again later`, { waitMs });
  }
  if (kind === "RevisionNotFound")
    return new TesseraError(
      `${where}: expected a branch, tag or commit of ${hub.repo}, got none called ${hub.revision}; see ${page}/tree/main`,
      { code: "not-found" },
    );
  if (kind === "EntryNotFound")
    return new TesseraError(
      `${where}: expected a file of the repository, got none of that name; hubFiles("${hub.repo}") lists those it has`,
      { code: "not-found" },
    );
  if (kind === "GatedRepo")
    return new TesseraError(
      `${where}: expected access, got a gated repository (${got}); accept its terms at ${page}, then ${login}`,
    );
  if (kind === "RepoNotFound" || status === 401)
    return new TesseraError(`${where}: expected a repository, got ${got}; check the name at ${page}; ${login}`);
  if (status === 403) return new TesseraError(`${where}: expected access, got ${got}; ${login}`);
  if (status === 404)
    return new TesseraError(
      `${where}: expected the file, got ${got}; check the names of repository, revision and file, and that ${hub.endpoint} is a hub`,
    );
  if (status === 416)
    return new TesseraError(`${where}: expected the rest of the file, got ${got}; the file changed, try again`);
  return new TesseraError(`${where}: expected the file, got ${got}; check the names and ${hub.endpoint}`);
}
