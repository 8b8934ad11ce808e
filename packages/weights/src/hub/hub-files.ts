import { TesseraError } from "@tessera/core";
import { cachedListing } from "#hub-cache";
import { fetchListing } from "./listing.ts";
import type { HubListing, HubOptions } from "./options.ts";
import { retrying } from "./retry.ts";
import { hubSettings, nameOf } from "./settings.ts";

/** With a copy at hand nobody waits long for the hub. */
const askMs = 10_000;

/**
 * The files of a Hugging Face repository at a revision. Offline, and when the hub does not answer, those that are
 * cached.
 *
 * @throws TesseraError when the hub refuses, or cannot be asked and nothing is cached
 */
export async function hubFiles(repo: string, options: HubOptions = {}): Promise<HubListing> {
  const hub = await hubSettings(repo, options);
  const cached = await cachedListing(hub);
  if (!hub.offline) {
    try {
      const { commit, files } = await (cached ? fetchListing(hub, askMs) : retrying(hub, () => fetchListing(hub)));
      return { commit, files: files.map(({ name, size }) => ({ name, size })), isWhole: true };
    } catch (error) {
      if (!cached || hub.signal?.aborted || TesseraError.isInstance(error, "not-found")) throw error;
      return { ...cached, isWhole: false, reason: error as Error };
    }
  }
  const reason = new TesseraError(
    `${nameOf(hub)}: expected a copy in ${hub.cacheDir}, got none while offline; download it once without HF_HUB_OFFLINE and the offline option`,
    { code: "unreachable" },
  );
  if (cached) return { ...cached, isWhole: false, reason };
  throw reason;
}
