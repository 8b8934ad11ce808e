import { readFixture } from "./fixture.ts";

/** What timm says of a checkpoint. */
export interface InventoryTag {
  /** Where it lies; none for what only its authors have. */
  hf_hub_id?: string;
  interpolation: string;
  crop_pct: number;
  mean: number[];
  std: number[];
  num_classes: number;
  license: string;
}

/** A published variant as the reference has it. */
export interface Inventory {
  params: number;
  macs: number;
  /** How many parameters there are by path. */
  tensors: number;
  input_size: [channels: number, height: number, width: number];
  /** Blocks by what their paths begin with. */
  blocks: Record<string, number>;
  /** A block is listed only where it differs from the one before it. */
  shapes: Record<string, number[]>;
  /** Of buffers, listed alike; none where there are none. */
  buffers?: Record<string, number[]>;
  tags: Record<string, InventoryTag>;
}

/** Published variants by name. */
export async function readInventories<Name extends string = string>(url: URL): Promise<Record<Name, Inventory>> {
  return JSON.parse(new TextDecoder().decode(await readFixture(url))) as Record<Name, Inventory>;
}

/** Every block, those that are like the one before them too. */
export function unfolded(listed: Record<string, number[]>, blocks: Inventory["blocks"]): Record<string, number[]> {
  const isBlock = (path: string) => Object.keys(blocks).some((prefix) => path.startsWith(`${prefix}.`));
  const all = Object.entries(listed).filter(([path]) => !isBlock(path));
  for (const [stage, count] of Object.entries(blocks)) {
    let shapes: [string, number[]][] = [];
    for (let i = 0; i < count; i++) {
      const prefix = `${stage}.${i}.`;
      const own = Object.entries(listed).filter(([path]) => path.startsWith(prefix));
      if (own.length > 0) shapes = own.map(([path, shape]) => [path.slice(prefix.length), shape]);
      for (const [path, shape] of shapes) all.push([prefix + path, shape]);
    }
  }
  return Object.fromEntries(all);
}
