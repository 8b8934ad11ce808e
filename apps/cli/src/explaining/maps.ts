import {
  type AttentionHeatmapOptions,
  type Heatmap,
  attentionHeatmap,
  attentionRollout,
  gradCam,
  gradientRollout,
  integratedGradients,
  occlusion,
  perPatch,
  relevance,
  windowedAttention,
  windowedHeatmap,
} from "@tessera/explain";
import { TesseraError } from "@tessera/core";
import type { MethodName } from "./method-names.ts";
import type { Subject } from "./subject.ts";

/** A way to say for each place of a picture how much it counts. */
export interface MapMethod {
  title: string;
  about: string;
  signed?: boolean;
  compute: (subject: Subject) => Promise<Heatmap>;
}

/** A grid of places that is not too fine to be computed, or seen. */
const PLACES = 16;
const STEPS = 16;

export const mapMethods: Partial<Record<MethodName, MapMethod>> = {
  relevance: {
    title: "Relevance",
    about:
      "What speaks for the class: attention weighted by its gradient, added up over the blocks (Chefer et al. 2021).",
    compute: async ({ model, input, target }) => first(await relevance(model, input, { target })),
  },
  "gradient-rollout": {
    title: "Gradient rollout",
    about: "Attention that is weighted by the gradient of the class, multiplied through all blocks.",
    compute: async ({ model, input, target }) => first(await gradientRollout(model, input, { target })),
  },
  rollout: {
    title: "Rollout",
    about:
      "What attention alone carries to the answer, through all blocks (Abnar and Zuidema 2020). It knows no class.",
    compute: async (subject) => first(attentionRollout(await subject.attention())),
  },
  "grad-cam": {
    title: "Grad-CAM",
    about: "Features of the last block, weighted by the gradient of the class (Selvaraju et al. 2017).",
    compute: async ({ model, input, target }) => first(await gradCam(model, input, { target })),
  },
  "integrated-gradients": {
    title: "Integrated gradients",
    about: "How the score grows from grey to the picture, shared among its pixels (Sundararajan et al. 2017).",
    signed: true,
    compute: async (subject) => {
      const { model, input, target } = subject;
      return perPatch(first(await integratedGradients(model, input, { target, steps: STEPS })), subject.place(56));
    },
  },
  occlusion: {
    title: "Occlusion",
    about:
      "How far the score falls when a place is hidden (Zeiler and Fergus 2014). It asks the model and nothing else.",
    signed: true,
    compute: (subject) => {
      const { model, input, target, signal } = subject;
      return occlusion(model, input, { target, size: subject.place(PLACES), signal });
    },
  },
};

/** Attention side by side. */
export interface AttentionPanels {
  panels: { title: string; map: Heatmap }[];
  /** Panels in a row. */
  columns: number;
}

/** The attention that is asked for: of a block and head, of a block's heads, of a head in all blocks, or all of it, a row a head. */
export async function attentionPanels(subject: Subject): Promise<AttentionPanels> {
  if (!(await subject.hasAttention()) && (await subject.hasWindows())) return windowPanels(subject);
  const maps = await subject.attention();
  const { block, head, patch: from } = subject.focus;
  const one = (options: AttentionHeatmapOptions) => attentionHeatmap(maps, { ...options, from });
  // Refuses what is not there before anything is taken apart.
  one({ block, head });
  const heads = head === undefined ? [...Array(maps.blocks[block ?? 0]!.heads).keys()] : [head];
  const blocks = block === undefined ? [...maps.blocks.keys()] : [block];
  const panels = heads.flatMap((h) => blocks.map((b) => ({ title: `block ${b} head ${h}`, map: one({ block: b, head: h }) }))); // prettier-ignore
  const columns = heads.length > 1 && blocks.length > 1 ? blocks.length : Math.ceil(Math.sqrt(panels.length));
  return { panels, columns };
}

/** Attention inside windows: of all blocks or one, how much each token is looked at, or where one looks. */
async function windowPanels({ model, input, focus: { block, head, patch: from } }: Subject): Promise<AttentionPanels> {
  const blocks = await windowedAttention(model, input);
  if (block !== undefined && !blocks[block])
    throw new TesseraError(`--block: expected a block from 0 to ${blocks.length - 1}, got ${block}`);
  const panels = blocks.flatMap((one, b) =>
    block === undefined || block === b ? [{ title: `block ${b}`, map: windowedHeatmap(one, { head, from }) }] : [],
  );
  return { panels, columns: Math.ceil(Math.sqrt(panels.length)) };
}

function first([map]: readonly Heatmap[]): Heatmap {
  return map!;
}
