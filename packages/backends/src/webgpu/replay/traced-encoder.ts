import type { Command } from "./commands.ts";
import { intercept } from "./intercept.ts";

export interface EncoderOptions {
  onCommand: (command: Command) => void;
  /** Called for what `encode` cannot encode again. */
  onOther: (method: string) => void;
}

/** An encoder that does what the given one does, and reports each command. */
export function tracedEncoder(encoder: GPUCommandEncoder, options: EncoderOptions): GPUCommandEncoder {
  return intercept(encoder, (method, args, result) => {
    if (method === "finish") return result;
    if (method === "beginComputePass") return tracedPass(result as GPUComputePassEncoder, options);
    if (method === "copyBufferToBuffer" && args.length === 5) {
      const [from, fromOffset, to, toOffset, size] = args as [GPUBuffer, number, GPUBuffer, number, number];
      options.onCommand({ from, fromOffset, to, toOffset, size });
    } else options.onOther(method);
    return result;
  });
}

function tracedPass(pass: GPUComputePassEncoder, { onCommand, onOther }: EncoderOptions): GPUComputePassEncoder {
  let pipeline: GPUComputePipeline | undefined;
  let group: GPUBindGroup | undefined;
  return intercept(pass, (method, args, result) => {
    if (method === "setPipeline") pipeline = args[0] as GPUComputePipeline;
    else if (method === "setBindGroup" && args[0] === 0 && args.length === 2) group = args[1] as GPUBindGroup;
    else if (method === "dispatchWorkgroups" && pipeline && group) {
      const [x, y = 1, z = 1] = args as number[];
      onCommand({ pipeline, group, count: [x!, y, z] });
    } else if (method !== "end") onOther(method);
    return result;
  });
}
