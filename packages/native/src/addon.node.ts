import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Addon } from "./addon.ts";

/**
 * Loads the addon, built at installation or prebuilt, with the threads and the instruction set that `TESSERA_THREADS` and
 * `TESSERA_ISA` ask for.
 *
 * @throws {Error} with the reason and the cure.
 */
export function loadAddon(env: Record<string, string | undefined> = process.env): Addon {
  const addon = openModule();
  const { TESSERA_THREADS: threads, TESSERA_ISA: isa } = env;
  addon.useThreads(threads ? wholeNumber(threads) : availableParallelism());
  if (isa && !addon.useIsa(isa))
    throw new Error(`TESSERA_ISA: expected one of ${setsOf(addon)} on this machine, got ${isa}`);
  return addon;
}

/** The module that was built on this machine, else the one that came prebuilt for its platform. */
function openModule(): Addon {
  const built = fileURLToPath(new URL("../build/Release/tessera.node", import.meta.url));
  const prebuilt = `@tessera/native-${process.platform}-${process.arch}`;
  try {
    return createRequire(import.meta.url)(existsSync(built) ? built : prebuilt) as Addon;
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const missing = code === "MODULE_NOT_FOUND";
    const problem = missing ? "was not built, and did not come prebuilt" : `does not load (${message.split("\n")[0]})`;
    throw new Error(
      `@tessera/native ${problem}; with a C++17 compiler and Python at hand, npm rebuild @tessera/native`,
      { cause },
    );
  }
}

/** The instruction sets to choose from, and why AMX is not one of them where it could be. */
export function setsOf(addon: Addon): string {
  const [, , refusal, isas] = addon.info();
  return isas.join(", ") + (refusal && ` (not amx: ${refusal})`);
}

function wholeNumber(text: string): number {
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new Error(`TESSERA_THREADS: expected a whole number of at least 1, got ${text}`);
}
