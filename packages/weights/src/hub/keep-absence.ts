import { keepAbsent } from "#hub-cache";
import type { HubOptions } from "./options.ts";
import { checkName } from "./safe-name.ts";
import { hubSettings } from "./settings.ts";

/**
 * Notes in the cache that a repository has no file of this name at a commit, as Python's huggingface_hub does, so that it is
 * known without a network too. A cache that cannot be written stays as it is.
 *
 * @throws TesseraError when the repository or the name cannot be one
 */
export async function keepAbsence(
  repo: string,
  file: string,
  { commit, ...options }: HubOptions & { commit: string },
): Promise<void> {
  const hub = await hubSettings(repo, options);
  await keepAbsent({ ...hub, revision: commit }, checkName(file, hub.repo));
}
