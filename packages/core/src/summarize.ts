import { Module } from "./module.ts";
import { Param } from "./param.ts";
import type { Shape } from "./shape.ts";

/**
 * One module of a summary. `params` and `macs` are its own, children not counted, so that the columns add up. Of a module
 * without `describe` neither shape nor multiply-adds are known, nor those of its children.
 */
export interface SummaryRow {
  path: string;
  kind: string;
  /** Output shape; undefined where it is not known. */
  shape: Shape | undefined;
  params: number;
  /** NaN where they are not known: JSON has null for it. */
  macs: number;
}

export interface Summary {
  params: number;
  /**
   * Multiply-adds of matrix products and convolutions, what most papers call FLOPs; norms and softmax are not counted. NaN if
   * those of a module are not known.
   */
  macs: number;
  layers: SummaryRow[];
}

/** Sizes, shapes and costs of a model for an input's shape, in order of execution; no value is allocated. */
export function summarize(model: Module, input: Shape): Summary {
  const paths = new Map([...model.modules()].map(([path, module]) => [module, path]));
  const layers: SummaryRow[] = [];

  const visit = (module: Module, shape: Shape): Shape => {
    if (module.flatten) return module.describe?.(shape, visit).output ?? shape;
    const row = unknown(paths.get(module) ?? "", module);
    layers.push(row);
    const described = module.describe?.(shape, visit);
    if (described) {
      row.shape = described.output;
      row.macs = described.macs ?? 0;
    }
    // What comes after it is described as if it kept the shape.
    return row.shape ?? shape;
  };
  visit(model, input);

  // A module without a shape rule hides its children: their parameters are still counted.
  const shown = new Set(layers.map(({ path }) => path));
  for (const [module, path] of paths) {
    if (!shown.has(path)) layers.push(unknown(path, module));
  }
  return { params: model.paramCount, macs: layers.reduce((sum, { macs }) => sum + macs, 0), layers };
}

function unknown(path: string, module: Module): SummaryRow {
  return { path, kind: module.constructor.name, shape: undefined, params: ownParams(module), macs: Number.NaN };
}

function ownParams(module: Module): number {
  let count = 0;
  for (const part of Object.values(module).flat()) {
    if (Param.is(part)) count += part.buffer ? 0 : part.size;
    else if (Module.is(part) && part.flatten) count += ownParams(part);
  }
  return count;
}
