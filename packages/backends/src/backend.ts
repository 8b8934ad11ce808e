import { type ErrorCode, TesseraError } from "@tessera/core";

/** Number format of products; sums are always float32. */
export type Precision = "f32" | "bf16" | "f16";

/** Every backend that Tessera knows, the fastest first. */
export type BackendName = "cuda" | "webgpu" | "webgl" | "native" | "tensorflow" | "wasm" | "cpu";

/** What a machine has of one backend. */
export interface BackendReport {
  name: BackendName;
  available: boolean;
  /** Why it is not available, and what to do about it; empty when it is. */
  reason: string;
  /** `not-loaded` where that is its code: a package is not installed, or a page could not fetch it. */
  code?: ErrorCode;
  /** What it runs on. */
  device: string;
  precisions: Precision[];
  /** True for a GPU that the CPU emulates, which `auto` passes over. */
  software?: boolean;
  /** What would make an available backend faster. */
  hint?: string;
}

export interface BackendOptions {
  /** Number format of products: less than f32 is faster, and not as exact. @default "f32" */
  precision?: Precision | undefined;
  /**
   * Threads, where the backend can choose: native, and wasm before it starts, up to 8, in Node and in cross-origin isolated
   * pages. @default native: all cores; wasm: half of the logical processors
   */
  threads?: number | undefined;
  /**
   * Browsers: URL of the folder that holds tfjs-backend-wasm's .wasm files. Counts until that backend has started.
   * @default where the bundler has put them
   */
  wasmPath?: string | undefined;
}

/** A way to run tfjs. Later backends join the list in `providers`. */
export interface BackendProvider {
  readonly name: BackendName;
  /** Name under which tfjs knows it. */
  readonly tfjsName: string;
  /** Looks without setting anything up, as cheaply as it can; `options` are those that it would be set up with. */
  probe(options?: BackendOptions): Promise<BackendReport>;
  /** Why it lacks a precision, where there is more to say than that it does. */
  refusal?(precision: Precision): string | undefined;
  /** Imports and registers what it needs; throws with a reason when that fails. */
  register(options: BackendOptions): Promise<void>;
}

/** @internal */
export function available(name: BackendName, device: string, precisions: Precision[] = ["f32"]): BackendReport {
  return { name, available: true, reason: "", device, precisions };
}

/** @internal */
export function unavailable(name: BackendName, reason: string): BackendReport {
  return { name, available: false, reason, device: "", precisions: [] };
}

/** @internal Of an error on the way. */
export function failed(name: BackendName, error: unknown): BackendReport {
  const report = unavailable(name, (error as Error).message);
  return TesseraError.isInstance(error, "not-loaded") ? { ...report, code: error.code } : report;
}
