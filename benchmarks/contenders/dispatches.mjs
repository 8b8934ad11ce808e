/**
 * Counts the compute programs that are run on any WebGPU device meanwhile, tfjs's and ours alike.
 * @param {() => Promise<unknown>} work
 */
export async function countDispatches(work) {
  const { prototype } = globalThis.GPUComputePassEncoder;
  const { dispatchWorkgroups } = prototype;
  let count = 0;
  /** @this {GPUComputePassEncoder} @param {[number, number?, number?]} groups */
  prototype.dispatchWorkgroups = function counted(...groups) {
    count++;
    return dispatchWorkgroups.apply(this, groups);
  };
  try {
    await work();
  } finally {
    prototype.dispatchWorkgroups = dispatchWorkgroups;
  }
  return count;
}
