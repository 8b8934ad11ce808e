/** A run of a program with all that it reads and writes. */
interface Dispatch {
  pipeline: GPUComputePipeline;
  group: GPUBindGroup;
  /** Workgroups along x, y and z. */
  count: readonly [number, number, number];
}

interface Copy {
  pipeline?: undefined;
  from: GPUBuffer;
  fromOffset: number;
  to: GPUBuffer;
  toOffset: number;
  size: number;
}

export type Command = Dispatch | Copy;

/** Writes commands into one encoder, dispatches that follow each other into one pass. */
export function encode(encoder: GPUCommandEncoder, commands: readonly Command[]): void {
  let pass: GPUComputePassEncoder | undefined;
  let current: GPUComputePipeline | undefined;
  for (const command of commands) {
    if (command.pipeline) {
      pass ??= encoder.beginComputePass();
      if (command.pipeline !== current) pass.setPipeline(command.pipeline);
      current = command.pipeline;
      pass.setBindGroup(0, command.group);
      pass.dispatchWorkgroups(command.count[0], command.count[1], command.count[2]);
    } else {
      pass?.end();
      pass = current = undefined;
      encoder.copyBufferToBuffer(command.from, command.fromOffset, command.to, command.toOffset, command.size);
    }
  }
  pass?.end();
}

/** Told of what is encoded. */
interface Listener {
  command(command: Command): void;
  /** Something that `encode` cannot do again. */
  other(method: string): void;
}

/** An encoder that does what the given one does, and tells of it. */
export function overhear(encoder: GPUCommandEncoder, listener: Listener): GPUCommandEncoder {
  return spy(encoder, (method, args, result) => {
    if (method === "finish") return result;
    if (method === "beginComputePass") return overhearPass(result as GPUComputePassEncoder, listener);
    if (method === "copyBufferToBuffer" && args.length === 5) {
      const [from, fromOffset, to, toOffset, size] = args as [GPUBuffer, number, GPUBuffer, number, number];
      listener.command({ from, fromOffset, to, toOffset, size });
    } else listener.other(method);
    return result;
  });
}

function overhearPass(pass: GPUComputePassEncoder, listener: Listener): GPUComputePassEncoder {
  let pipeline: GPUComputePipeline | undefined;
  let group: GPUBindGroup | undefined;
  return spy(pass, (method, args, result) => {
    if (method === "setPipeline") pipeline = args[0] as GPUComputePipeline;
    else if (method === "setBindGroup" && args[0] === 0 && args.length === 2) group = args[1] as GPUBindGroup;
    else if (method === "dispatchWorkgroups" && pipeline && group) {
      const [x, y = 1, z = 1] = args as number[];
      listener.command({ pipeline, group, count: [x!, y, z] });
    } else if (method !== "end") listener.other(method);
    return result;
  });
}

/** `target`, with every call of a method told; what `note` makes of its result is the result. */
export function spy<T extends object>(
  target: T,
  note: (method: string, args: readonly unknown[], result: unknown) => unknown,
): T {
  return new Proxy(target, {
    get(_, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) => note(String(name), args, Reflect.apply(member, target, args));
    },
  });
}
