import { type Tensor, engine } from "@tensorflow/tfjs-core";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import type { Arena } from "./arena.ts";
import { intercept, override } from "./intercept.ts";
import { tracedEncoder } from "./traced-encoder.ts";
import type { Tracer } from "./tracer.ts";

/** Kernels of tfjs whose input or output is something outside of tfjs. */
const OUTSIDE = new Set(["FromPixels", "Draw"]);

/** Private in the types only; every op of tfjs goes through it. */
interface Machine {
  runKernelFunc(kernel: { kernelName?: string; inputs?: Record<string, Tensor | undefined> }): unknown;
}

/** Has a tracer follow all that tfjs and our kernels do, until the function that is returned is called. */
export function traceBackend(backend: TfjsWebgpu, arena: Arena, tracer: Tracer): () => void {
  const { queue, tensorMap } = backend;
  const machine = engine() as unknown as Machine;
  const run = machine.runKernelFunc.bind(machine);
  const begin = backend.ensureCommandEncoderReady.bind(backend);
  const upload = backend.uploadToGPU.bind(backend);
  const move = backend.move.bind(backend);
  const read = backend.read.bind(backend);
  const readSync = backend.readSync.bind(backend);
  const set = tensorMap.set.bind(tensorMap);
  let encoder: GPUCommandEncoder | undefined;

  /** Values that the processor reads may decide anything. */
  function onRead(dataId: object): void {
    if (tensorMap.get(dataId)?.resource) tracer.replayable = false;
  }

  const restore = [
    override(machine, {
      runKernelFunc(kernel) {
        if (kernel.kernelName && OUTSIDE.has(kernel.kernelName)) tracer.replayable = false;
        for (const tensor of Object.values(kernel.inputs ?? {})) {
          if (tensor && !tracer.created.has(tensor.dataId)) tracer.reads.add(tensor.dataId);
        }
        return run(kernel);
      },
    }),
    override(tensorMap, {
      set(dataId, data) {
        set(dataId, data);
        tracer.created.add(dataId);
      },
    }),
    override(backend, {
      bufferManager: arena,
      queue: intercept(queue, (method, args, result) => {
        if (method === "writeBuffer") tracer.constant(args[2] as ArrayBuffer);
        else if (method !== "submit") tracer.refuse();
        return result;
      }),
      ensureCommandEncoderReady() {
        begin();
        if (backend.commandEncoder === encoder) return;
        encoder = tracedEncoder(backend.commandEncoder!, {
          onCommand: (command) => tracer.command(command),
          onOther: () => tracer.refuse(),
        });
        backend.commandEncoder = encoder;
      },
      uploadToGPU(dataId) {
        const data = tensorMap.get(dataId);
        if (tracer.created.has(dataId)) {
          if (data?.values) tracer.constant(data.values as Float32Array);
          upload(dataId);
        } else {
          // A parameter comes to the GPU once and stays; that is neither a part of the forward nor of its memory.
          backend.bufferManager = arena.outer;
          tracer.untraced(() => upload(dataId));
          backend.bufferManager = arena;
        }
        const { resource } = tensorMap.get(dataId)!;
        if (resource && !(resource instanceof GPUBuffer)) tracer.replayable = false;
      },
      move(dataId, ...data) {
        move(dataId, ...data);
        tracer.created.delete(dataId);
      },
      read(dataId) {
        onRead(dataId);
        return read(dataId);
      },
      readSync(dataId) {
        onRead(dataId);
        return readSync(dataId);
      },
    }),
  ];
  return () => {
    for (const undo of restore) undo();
  };
}
