import { engine } from "@tensorflow/tfjs-core";
import { useBackend } from "@tessera/backends";

/** Chooses a backend for callers who have not. */
export async function ensureBackend(): Promise<void> {
  if (!engine().backendName) await useBackend("auto");
}
