import { TesseraError, shown } from "@tessera/core";
import { cachedFile, keepRevision } from "#hub-cache";
import { isCommit } from "./hub-id.ts";
import type { HubFile, HubOptions } from "./options.ts";
import { checkName } from "./safe-name.ts";
import { hubSettings } from "./settings.ts";

/**
 * One file of a Hugging Face repository (`org/name` or `org/name@revision`), downloaded once. In Node it is the path in
 * the cache that Python's huggingface_hub uses too; in browsers it is read from the Cache API. Both are what
 * `openSource` and `openCheckpoint` take. A download that was cut is continued, and what arrives is checked by size and
 * hash. Without a network, a copy that is there is used.
 *
 * @throws TesseraError when the hub refuses, cannot be reached, or the file cannot be stored; FormatError when what
 * arrived is damaged or the hub names files that would leave the cache
 */
export async function hubFile(repo: string, file: string, options: HubOptions = {}): Promise<HubFile> {
  const hub = await hubSettings(repo, options);
  const { commit } = options;
  checkName(file, hub.repo);
  if (commit === undefined) return cachedFile(hub, file);
  if (!isCommit(commit)) throw new TesseraError(`${repo}: expected a commit of 40 digits, got ${shown(commit)}`);
  const found = await cachedFile({ ...hub, revision: commit }, file);
  // last, so that a revision never stands for a commit of which nothing is there
  await keepRevision(hub, commit);
  return found;
}
