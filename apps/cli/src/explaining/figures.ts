import { type Tensor, dispose } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import { attentionDistance, panels, patchFilters, plot, positionSimilarity, positionTable } from "@tessera/explain";
import { similarityGrid } from "./similarity-grid.ts";
import { answerFigures } from "./answer-figures.ts";
import type { FigureMethod } from "./figure-method.ts";
import type { MethodName } from "./method-names.ts";
import { pngUri } from "./pictures.ts";

export const figureMethods: Partial<Record<MethodName, FigureMethod>> = {
  ...answerFigures,
  distance: {
    title: "Attention distance",
    about: "How far each head looks, on average over this picture's patches: figure 7 of the ViT paper.",
    draw: async (subject) => {
      const maps = await subject.attention();
      const [, height, width] = subject.input.shape;
      const distances = attentionDistance(maps, [height / maps.grid[0], width / maps.grid[1]]);
      const points = distances.map(({ block, pixels }) => [block, pixels] as const);
      return plot([{ name: "heads", points, kind: "points" }], {
        title: "Attention distance",
        x: "block",
        y: "pixels",
      });
    },
  },
  filters: {
    title: "Filters of the patches",
    about:
      "What the first layer looks for in a patch: the first principal components of its filters, figure 7 of the ViT paper.",
    draw: async ({ model }) => {
      const kernel = model.params().get("patch_embed.proj.weight")?.value as Tensor | undefined;
      if (!kernel || kernel.rank !== 4)
        throw new TesseraError("filters: expected a model that cuts pictures by one convolution, got another stem");
      const drawn = [];
      for (const { picture } of await patchFilters(kernel)) drawn.push({ title: "", href: await pngUri(picture) });
      return panels(drawn, { title: "Filters of the patches", columns: 7, side: 56, pixelated: true });
    },
  },
  positions: {
    title: "Likeness of positions",
    about:
      "Each small square belongs to one patch, and shows how alike its learnt position is to those of all others. Nobody told the model which patches are neighbours.",
    draw: async ({ model, input }) => {
      const { grid, table } = positionTable(model, [input.shape[1], input.shape[2]]);
      const all = await positionSimilarity(table, { grid });
      dispose(table);
      return panels([{ title: "", href: await pngUri(similarityGrid(all, grid)) }], {
        title: "Likeness of positions",
        side: 440,
        pixelated: true,
      });
    },
  },
};
