import { type Tensor, engine } from "@tensorflow/tfjs-core";
import { numberOf } from "../program/bindings.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import type { Arena } from "./arena.ts";
import { type Command, overhear, spy } from "./commands.ts";
import { Fingerprint } from "./fingerprint.ts";

/** tfjs kernels whose input or output is something outside of tfjs. */
const OUTSIDE = new Set(["FromPixels", "Draw"]);

/** What is noted of a forward. */
export class Notes {
  readonly commands: Command[] = [];
  readonly fingerprint = new Fingerprint();
  /** Data that came to be in the forward. */
  readonly made = new Set<object>();
  /** Data from before that it read. */
  readonly reads = new Set<object>();
  /** Whether it did what commands on the GPU cannot repeat. */
  refused = false;
  private listening = true;

  command(command: Command): void {
    if (!this.listening) return;
    this.commands.push(command);
    if (command.pipeline) {
      this.fingerprint.number(numberOf(command.pipeline));
      for (const count of command.count) this.fingerprint.number(count);
    } else this.fingerprint.number(command.size);
  }

  /** Values that the processor made. */
  constant(values: ArrayBufferLike | ArrayBufferView): void {
    if (this.listening) this.fingerprint.bytes(values);
  }

  other(): void {
    if (this.listening) this.refused = true;
  }

  /** Does something that belongs to no forward. */
  aside<T>(work: () => T): T {
    const before = this.listening;
    this.listening = false;
    try {
      return work();
    } finally {
      this.listening = before;
    }
  }
}

/** Private in the types only; every op of tfjs goes through it. */
interface Machine {
  runKernelFunc(kernel: { kernelName?: string; inputs?: Record<string, Tensor | undefined> }): unknown;
}

/** Notes everything that tfjs and our kernels do, until the function that is returned is called. */
export function listen(backend: TfjsWebgpu, arena: Arena, notes: Notes): () => void {
  const { queue, tensorMap } = backend;
  const machine = engine() as unknown as Machine;
  const run = machine.runKernelFunc.bind(machine);
  const begin = backend.ensureCommandEncoderReady.bind(backend);
  const upload = backend.uploadToGPU.bind(backend);
  const move = backend.move.bind(backend);
  const read = backend.read.bind(backend);
  const readSync = backend.readSync.bind(backend);
  const set = tensorMap.set.bind(tensorMap);
  let heard: GPUCommandEncoder | undefined;

  /** Values that the processor gets to see may decide anything. */
  function look(dataId: object): void {
    if (tensorMap.get(dataId)?.resource) notes.refused = true;
  }

  const restore = [
    override(machine, {
      runKernelFunc(kernel) {
        if (kernel.kernelName && OUTSIDE.has(kernel.kernelName)) notes.refused = true;
        for (const tensor of Object.values(kernel.inputs ?? {})) {
          if (tensor && !notes.made.has(tensor.dataId)) notes.reads.add(tensor.dataId);
        }
        return run(kernel);
      },
    }),
    override(tensorMap, {
      set(dataId, data) {
        set(dataId, data);
        notes.made.add(dataId);
      },
    }),
    override(backend, {
      bufferManager: arena,
      queue: spy(queue, (method, args, result) => {
        if (method === "writeBuffer") notes.constant(args[2] as ArrayBuffer);
        else if (method !== "submit") notes.other();
        return result;
      }),
      ensureCommandEncoderReady() {
        begin();
        if (backend.commandEncoder === heard) return;
        backend.commandEncoder = heard = overhear(backend.commandEncoder!, notes);
      },
      uploadToGPU(dataId) {
        const data = tensorMap.get(dataId);
        if (notes.made.has(dataId)) {
          if (data?.values) notes.constant(data.values as Float32Array);
          upload(dataId);
        } else {
          // A parameter comes to the GPU once and stays; that is neither a part of the forward nor of its memory.
          backend.bufferManager = arena.outer;
          notes.aside(() => upload(dataId));
          backend.bufferManager = arena;
        }
        const { resource } = tensorMap.get(dataId)!;
        if (resource && !(resource instanceof GPUBuffer)) notes.refused = true;
      },
      move(dataId, ...data) {
        move(dataId, ...data);
        notes.made.delete(dataId);
      },
      read(dataId) {
        look(dataId);
        return read(dataId);
      },
      readSync(dataId) {
        look(dataId);
        return readSync(dataId);
      },
    }),
  ];
  return () => {
    for (const undo of restore) undo();
  };
}

/** Gives an object other members, until the function that is returned is called. */
function override<T extends object>(target: T, members: Partial<T>): () => void {
  const before = Object.keys(members).map((name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const);
  Object.assign(target, members);
  return () => {
    for (const [name, own] of before) {
      if (own) Object.defineProperty(target, name, own);
      else Reflect.deleteProperty(target, name);
    }
  };
}
