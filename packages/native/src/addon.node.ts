import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import type { Addon } from "./addon.ts";

/**
 * Loads the addon, prebuilt or built at installation, with the threads and the instruction set that `TESSERA_THREADS` and
 * `TESSERA_ISA` ask for.
 *
 * @throws {Error} with the reason and the cure.
 */
export function loadAddon(env: Record<string, string | undefined> = process.env): Addon {
  const candidates = [`prebuilds/${process.platform}-${process.arch}/tessera.node`, "build/Release/tessera.node"];
  const file = candidates
    .map((path) => fileURLToPath(new URL(`../${path}`, import.meta.url)))
    .find((path) => existsSync(path));
  if (!file)
    throw new Error(
      "@tessera/native was not built; with a C++17 compiler and Python at hand, npm rebuild @tessera/native",
    );
  const addon = createRequire(import.meta.url)(file) as Addon;
  const { TESSERA_THREADS: threads, TESSERA_ISA: isa } = env;
  addon.useThreads(threads ? wholeNumber(threads) : availableParallelism());
  if (isa && !addon.useIsa(isa))
    throw new Error(`TESSERA_ISA: expected one of ${setsOf(addon)} on this machine, got ${isa}`);
  return addon;
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
