import { findBackend, registerBackend } from "@tensorflow/tfjs-core";
import { loadAddon, setsOf } from "./addon.node.ts";
import type { Addon } from "./addon.ts";
import { NativeBackend } from "./backend.ts";
import type { NativePrecision } from "./entry.ts";
import { registerNativeKernels } from "./kernels/register.ts";

export type { NativePrecision } from "./entry.ts";

/** How the backend computes on this machine, or why it cannot. */
export interface NativeStatus {
  available: boolean;
  /** Why it is not available, and what to do about it; empty when it is. */
  reason: string;
  /** Instruction set in use. */
  isa: string;
  /** Instruction sets that this machine can run, the best first. */
  isas: string[];
  /** Why AMX is not among them on a processor that has it; empty where it is, or where the processor has none. */
  refusal: string;
  threads: number;
  precisions: NativePrecision[];
}

export interface NativeOptions {
  /** @default "f32" */
  precision?: NativePrecision | undefined;
  /** Threads that kernels run on, for the whole process. @default TESSERA_THREADS, else all cores */
  threads?: number | undefined;
  /** Instruction set, for the whole process. @default TESSERA_ISA, else the best */
  isa?: string | undefined;
}

let addon: Addon | undefined;
let reason = "";
try {
  addon = loadAddon();
} catch (error) {
  reason = (error as Error).message;
}

if (addon && !findBackend("native")) {
  const loaded = addon;
  registerNativeKernels();
  registerBackend("native", () => new NativeBackend(loaded), 4);
}

/** What this machine has. */
export function nativeStatus(): NativeStatus {
  if (!addon) return { available: false, reason, isa: "", isas: [], refusal: "", threads: 0, precisions: [] };
  const [isa, threads, refusal, isas] = addon.info();
  return { available: true, reason: "", isa, isas, refusal, threads, precisions: ["f32", "bf16"] };
}

/**
 * Changes how the backend `native` computes from now on.
 *
 * @throws {Error} if the addon was not built, or the machine lacks the instruction set.
 */
export function configureNative({ precision, threads, isa }: NativeOptions): void {
  const backend = findBackend("native") as NativeBackend | null;
  if (!addon || !backend) throw new Error(`configureNative: expected the backend "native", got none: ${reason}`);
  if (threads !== undefined) addon.useThreads(threads);
  if (isa !== undefined && !backend.useIsa(isa))
    throw new Error(`configureNative: expected an instruction set of ${setsOf(addon)}, got ${isa}`);
  if (precision !== undefined) backend.precision = precision;
}
