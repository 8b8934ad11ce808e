import { TesseraError } from "@tessera/core";
import { BufferPool } from "./buffer-pool.ts";
import type { TfjsWebgpu } from "./tfjs-backend.ts";

const features = ["shader-f16", "subgroups", "timestamp-query", "bgra8unorm-storage"] as const;

const limits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupsPerDimension",
] as const;

/** Bytes of freed buffers that are kept for later tensors. */
const FREE_BUDGET = 256 * 2 ** 20;

/** Milliseconds that a failed read waits for the device to say why. */
const REPORT_MS = 2000;

/** A device with all that an adapter has to give and kernels can use. */
export async function openDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  return adapter.requestDevice({
    label: "tessera",
    requiredFeatures: features.filter((name) => adapter.features.has(name)) as GPUFeatureName[],
    requiredLimits: Object.fromEntries(
      limits.filter((name) => adapter.limits[name] !== undefined).map((name) => [name, adapter.limits[name]]),
    ),
  });
}

const lost = new WeakSet<TfjsWebgpu>();

/** Whether the GPU of a backend has gone away. */
export function isLost(backend: TfjsWebgpu): boolean {
  return lost.has(backend);
}

/**
 * Makes tfjs's backend notice what it does not: a device that is lost, commands that the GPU refuses, memory that is out.
 * Each then is an error of the next call; none hangs or goes on with wrong numbers. Freed buffers go to a bounded pool.
 */
export function guard(backend: TfjsWebgpu, freeBudget = FREE_BUDGET): void {
  const { device } = backend;
  const pool = new BufferPool(device, freeBudget);
  backend.bufferManager = pool;

  let gone: TesseraError | undefined;
  let refused: TesseraError | undefined;
  const closing = { now: false };
  async function notice(): Promise<void> {
    const { reason, message } = await device.lost;
    if (closing.now) return;
    lost.add(backend);
    const why = [reason, message].filter(Boolean).join(": ") || "unknown";
    gone = new TesseraError(
      `webgpu: the GPU was lost (${why}); call useBackend again and load the weights again, what was on it is gone`,
    );
  }
  const noticed = notice();
  const waiting: (() => void)[] = [];
  const report = () =>
    Promise.race([
      noticed,
      new Promise<void>((resolve) => waiting.push(resolve)),
      new Promise((resolve) => setTimeout(resolve, REPORT_MS)),
    ]);
  device.addEventListener("uncapturederror", (event) => {
    const { error } = event as GPUUncapturedErrorEvent;
    event.preventDefault();
    refused ??= new TesseraError(`webgpu: the GPU refused a command: ${error.message}`);
    for (const wake of waiting.splice(0)) wake();
  });

  /** Throws what has happened since the last call. As long as memory may have been out, nobody knows why a command was refused. */
  function check(): void {
    const error = gone ?? (pool.isWaiting ? undefined : refused);
    if (!error) return;
    refused = undefined;
    throw error;
  }

  /** Throws if memory was out, which explains whatever was refused since. */
  async function settle(): Promise<void> {
    try {
      await pool.settle();
    } catch (error) {
      await answered();
      refused = undefined;
      throw error;
    }
  }

  /** Waits until the GPU has told of all that it refused so far: it answers in order. */
  async function answered(): Promise<void> {
    device.pushErrorScope("validation");
    await Promise.race([device.popErrorScope().catch(() => undefined), noticed]);
  }

  // Every command of tfjs and of ours begins with this.
  const begin = backend.ensureCommandEncoderReady.bind(backend);
  backend.ensureCommandEncoderReady = () => {
    check();
    begin();
  };
  const read = backend.read.bind(backend);
  backend.read = async (dataId) => {
    const values = await read(dataId).catch(async (error: unknown) => {
      await settle();
      // A read may be refused before the device says why; which of them comes first is up to the browser's processes.
      if (!gone && !refused) await report();
      check();
      throw error;
    });
    await settle();
    check();
    return values;
  };
  const readSync = backend.readSync.bind(backend);
  backend.readSync = (dataId) => {
    if (typeof OffscreenCanvas === "undefined" && !backend.tensorMap.get(dataId)?.values) {
      throw new TesseraError(
        "webgpu: expected await tensor.data(), got dataSync(); in Node values of the GPU come only asynchronously",
      );
    }
    return readSync(dataId);
  };
  const dispose = backend.dispose.bind(backend);
  backend.dispose = () => {
    closing.now = true;
    dispose();
    device.destroy();
  };
}
