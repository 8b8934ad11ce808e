import { dropPathRates } from "@tessera/core";
import { Block } from "./block.ts";
import type { ResNetConfig } from "./config.ts";

export const STEM_WIDTH = 64;
export const WIDTHS = [64, 128, 256, 512] as const;

/** Four stages, each of half the grid of the one before until the output's stride is reached; then they are dilated instead. */
export function stagesOf(config: ResNetConfig, stemOutputs: number): [Block[], Block[], Block[], Block[]] {
  const { block: kind, depths, widths = WIDTHS, outputStride = 32, dropPath = 0, epsilon, frozenNorm } = config;
  const total = depths.reduce((sum, depth) => sum + depth);
  const rates = dropPathRates(dropPath, total).values();
  const norm = { epsilon, frozen: frozenNorm };
  let inputs = stemOutputs;
  let reached = 4;
  let dilation = 1;

  function stage(index: 0 | 1 | 2 | 3): Block[] {
    const before = dilation;
    const wanted = index === 0 ? 1 : 2;
    const stride = reached * wanted > outputStride ? 1 : wanted;
    if (stride === wanted) reached *= stride;
    else dilation *= wanted;
    return Array.from({ length: depths[index] }, (_, i) => {
      const first = i === 0;
      const block = new Block({
        kind,
        inputs,
        width: widths[index],
        stride: first ? stride : 1,
        // The first block of a dilated stage still sees the grid of the stage before.
        dilation: [first ? before : dilation, dilation],
        norm,
        dropPath: rates.next().value!,
      });
      inputs = block.outputs;
      return block;
    });
  }
  return [stage(0), stage(1), stage(2), stage(3)];
}
