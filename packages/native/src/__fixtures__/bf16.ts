// Backends that compute in bfloat16: `native-bf16` on the best set of this machine, and `amx-emulated` on the build that models
// AMX's tile registers in software, upon AVX-512 where the machine has it.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { copyRegisteredKernels, findBackend, registerBackend } from "@tensorflow/tfjs-core";
import { loadAddon } from "../addon.node.ts";
import type { Addon } from "../addon.ts";
import { NativeBackend } from "../backend.ts";
import "./register.ts";

const file = fileURLToPath(new URL("../../build/Release/tessera_emulated.node", import.meta.url));
if (!existsSync(file)) {
  throw new Error("expected the model of AMX, which npm test builds; node packages/native/scripts/install.mjs --emulated");
}
const emulated = createRequire(import.meta.url)(file) as Addon;
emulated.useThreads(2);

/** Sets with tile registers: the models of them, and the processor's where it has some. */
export const tileSets: readonly { backend: string; isa: string }[] = [
  ...emulated.info()[3].flatMap((isa) => (isa.startsWith("amx-emulated") ? [{ backend: "amx-emulated", isa }] : [])),
  ...loadAddon().info()[3].flatMap((isa) => (isa === "amx" ? [{ backend: "native-bf16", isa }] : [])),
];

function registerInBf16(name: string, addon: Addon): void {
  if (findBackend(name)) return;
  copyRegisteredKernels("native", name);
  registerBackend(name, () => {
    const backend = new NativeBackend(addon);
    backend.precision = "bf16";
    return backend;
  });
}

export const bf16Backends = ["native-bf16", "amx-emulated"] as const;

registerInBf16("native-bf16", loadAddon());
registerInBf16("amx-emulated", emulated);
useTiles(tileSets.filter(({ backend }) => backend === "amx-emulated").at(-1)!);

export function useTiles({ backend, isa }: { backend: string; isa: string }): void {
  if (!(findBackend(backend) as NativeBackend).useIsa(isa)) throw new Error(`expected the set ${isa}, got none`);
}
