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

/** Encodes commands, dispatches that follow each other in one pass. */
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
