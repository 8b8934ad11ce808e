import { engine } from "@tensorflow/tfjs-core";

/** Names of the kernels that tfjs runs while `fn` does, those within others too. Does not measure, so nothing runs otherwise. */
export function kernelsRun(fn: () => void): string[] {
  const machine = engine() as unknown as { runKernelFunc(kernel: { kernelName?: string }): unknown };
  const run = machine.runKernelFunc.bind(machine);
  const names: string[] = [];
  machine.runKernelFunc = (kernel) => {
    if (kernel.kernelName) names.push(kernel.kernelName);
    return run(kernel);
  };
  try {
    fn();
  } finally {
    Reflect.deleteProperty(machine, "runKernelFunc");
  }
  return names;
}
