/** Threads of a workgroup that exchange values in registers, with neither workgroup memory nor barriers. */
export interface Subgroup {
  /** Neighbours that are sure to be in one subgroup: a power of two. */
  readonly size: number;
  /** A subgroup never holds more than those, so that it may be reduced whole. */
  readonly whole: boolean;
}

const chosen = new WeakMap<GPUDevice, Subgroup>();

/** Sets how kernels of a device reduce: through subgroups, or without one through workgroup memory alone. */
export function setSubgroup(device: GPUDevice, subgroup: Subgroup | undefined): void {
  if (subgroup) chosen.set(device, subgroup);
  else chosen.delete(device);
}

export function subgroupOf(device: GPUDevice): Subgroup | undefined {
  return chosen.get(device);
}

/** Names what the text of a program depends on. */
export function subgroupKey(subgroup: Subgroup | undefined): string {
  return subgroup ? `subgroup-${subgroup.size}${subgroup.whole ? "" : "-or-more"}` : "";
}

export type Reduction = "Add" | "Max";

/** `a` and `b` together. */
export function combineWgsl(reduction: Reduction, a: string, b: string): string {
  return reduction === "Add" ? `${a} + ${b}` : `max(${a}, ${b})`;
}

/** How many of `lanes` neighbours `reduceNeighboursWgsl` brings together. */
export function neighbours(lanes: number, subgroup: Subgroup | undefined): number {
  return Math.min(lanes, subgroup?.size ?? 1);
}

/**
 * Statements after which `value` is the reduction over each run of `neighbours(lanes, subgroup)` threads, in all of them.
 * Control flow must be uniform.
 */
export function reduceNeighboursWgsl(
  value: string,
  lanes: number,
  reduction: Reduction,
  subgroup: Subgroup | undefined,
): string {
  const together = neighbours(lanes, subgroup);
  if (subgroup?.whole && together === subgroup.size) return `${value} = subgroup${reduction}(${value});`;
  const lines: string[] = [];
  for (let step = 1; step < together; step *= 2) {
    lines.push(`${value} = ${combineWgsl(reduction, value, `subgroupShuffleXor(${value}, ${step}u)`)};`);
  }
  return lines.join("\n  ");
}
