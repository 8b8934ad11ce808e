import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type Program, dispatch, emptyTensor } from "./program.ts";
import { type Subgroup, neighbours, reduceNeighboursWgsl, subgroupKey } from "./subgroups.ts";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";

const THREADS = 64;

/** What a GPU says of its subgroups; nothing where it has none or does not tell their sizes. */
export function describedSubgroup({
  features,
  adapterInfo,
}: Pick<GPUDevice, "features" | "adapterInfo">): Subgroup | undefined {
  const { subgroupMinSize = 0, subgroupMaxSize = 0 } = adapterInfo as Partial<GPUAdapterInfo>;
  if (!features.has("subgroups") || subgroupMinSize < 2) return undefined;
  return { size: subgroupMinSize, whole: subgroupMinSize === subgroupMaxSize };
}

/**
 * The subgroup through which kernels of a device reduce, if it has one that does so as they need. WGSL leaves open which
 * threads of a workgroup share a subgroup, so the GPU is asked whether neighbours do: it adds their numbers up.
 */
export async function chooseSubgroup(
  backend: TfjsWebgpu,
  subgroup: Subgroup | undefined = describedSubgroup(backend.device),
): Promise<Subgroup | undefined> {
  if (!subgroup) return undefined;
  const sums = emptyTensor(backend, [THREADS]);
  dispatch(backend, probe(subgroup), { inputs: [], outputs: [sums], params: [THREADS], groups: 1 });
  const together = neighbours(THREADS, subgroup);
  const got = await valuesOf(backend, sums);
  return got.every((sum, lane) => sum === sumFrom(lane - (lane % together), together)) ? subgroup : undefined;
}

/** first + … + (first + count − 1) */
function sumFrom(first: number, count: number): number {
  return (count * (2 * first + count - 1)) / 2;
}

function probe(subgroup: Subgroup): Program {
  return {
    key: ["probe", subgroupKey(subgroup)].join(),
    inputs: {},
    outputs: { y: "f32" },
    params: { count: "u32" },
    threads: THREADS,
    subgroup,
    body: () => `fn run(group: u32, lane: u32) {
  var sum = f32(lane);
  ${reduceNeighboursWgsl("sum", THREADS, "Add", subgroup)}
  if (lane < params.count) { y[lane] = sum; }
}`,
  };
}

async function valuesOf(backend: TfjsWebgpu, tensor: TensorInfo): Promise<number[]> {
  try {
    return Array.from((await backend.read(tensor.dataId)) as Float32Array);
  } finally {
    backend.disposeData(tensor.dataId);
  }
}
