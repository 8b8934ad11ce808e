import { type Param, TesseraError, muonUpdate, sizeOf } from "@tessera/core";
import { decaysByDefault } from "../groups/param-groups.ts";
import { type AdamOptions, adamRule } from "./adam.ts";
import type { Optimizer } from "./optimizer.ts";
import { type Rule, RuledOptimizer } from "./ruled-optimizer.ts";

export interface MuonOptions extends AdamOptions {
  /** @default 0.95 */
  momentum?: number;
  /** @default true */
  nesterov?: boolean;
  /**
   * What the rate of a [rows, columns] matrix is multiplied by. "adam": 0.2 · √max(rows, columns), after which its steps are as long as
   * Adam's, so that one rate fits both. "original": √max(1, rows / columns), PyTorch's default. @default "adam"
   */
  adjust?: "adam" | "original";
  /** Which parameters Muon updates. @default matrices that are neither an embedding of the input, a position, a token nor a head */
  isHidden?: (path: string, param: Param) => boolean;
}

/**
 * Muon as torch.optim.Muon (Jordan et al. 2024) for hidden matrices, and AdamW for the rest. Weight decay shrinks weights by
 * themselves, by the rate as it is given. Keeps `momentum_buffer`, or `exp_avg` and `exp_avg_sq`.
 *
 * @throws {TesseraError} if it is to update a vector.
 */
export function muon(params: ReadonlyMap<string, Param>, options: MuonOptions = {}): Optimizer {
  const { isHidden = isHiddenByDefault } = options;
  const [hidden, rest] = [muonRule(options), adamRule(options, true)];
  for (const [path, param] of params) {
    if (isHidden(path, param) && param.shape.length < 2)
      throw new TesseraError(`muon: expected matrices, got ${path} of shape [${param.shape.join(", ")}]`);
  }
  return new RuledOptimizer("muon", params, options, (path, param) => (isHidden(path, param) ? hidden : rest));
}

function muonRule({ momentum = 0.95, nesterov = true, adjust = "adam" }: MuonOptions): Rule {
  return {
    keeps: ["momentum_buffer"],
    update: (weight, gradient, [buffer], { rate, weightDecay, scale }) => {
      const [rows = 1, ...rest] = weight.shape;
      const columns = sizeOf(rest);
      const factor =
        adjust === "adam" ? 0.2 * Math.sqrt(Math.max(rows, columns)) : Math.sqrt(Math.max(1, rows / columns));
      muonUpdate(weight, gradient, buffer!, {
        rate: rate * factor,
        scale,
        momentum,
        nesterov,
        shrink: 1 - rate * weightDecay,
      });
    },
  };
}

function isHiddenByDefault(path: string, param: Param): boolean {
  return decaysByDefault(path, param) && !/^(?:head|head_dist|fc|patch_embed|pixel_embed|stem|conv1)\b/.test(path);
}
