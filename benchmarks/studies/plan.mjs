// What is compared with what. A run that several studies need is made once.
import { cnn, positions, tnt, vit } from "./models.mjs";

/**
 * @typedef {object} Run
 * @property {() => import("@tessera/core").Backbone} model
 * @property {number} share of the training pictures
 * @property {number} epochs
 * @property {number} [rate] the highest; 1e-3 for transformers
 * @property {"hard" | "soft"} [distillation] by the network of convolutions that saw the same pictures
 */

const few = { share: 0.1, epochs: 30 };
// Batch norm takes steps that are ten times as large.
const convolutions = { model: cnn, rate: 1e-2 };

/** @type {Record<string, Run>} */
export const runs = {
  vit: { ...few, model: vit },
  cnn: { ...few, ...convolutions },
  "vit, 1 % of the pictures": { model: vit, share: 0.01, epochs: 150 },
  "cnn, 1 % of the pictures": { ...convolutions, share: 0.01, epochs: 150 },
  "vit, all pictures": { model: vit, share: 1, epochs: 10 },
  "cnn, all pictures": { ...convolutions, share: 1, epochs: 10 },
  "vit, no positions": { ...few, model: positions.none },
  "vit, 2-D positions": { ...few, model: positions["2-D, learned"] },
  "vit, sines": { ...few, model: positions["2-D, sines"] },
  "vit, relative positions": { ...few, model: positions.relative },
  "vit, hard distillation": { ...few, model: vit, distillation: "hard" },
  "vit, soft distillation": { ...few, model: vit, distillation: "soft" },
  "vit, patches of 16": { ...few, model: () => vit({ patchSize: 16 }) },
  "vit, patches of 8": { ...few, model: () => vit({ patchSize: 8 }) },
  "vit, patches of 2": { ...few, model: () => vit({ patchSize: 2 }) },
  tnt: { ...few, model: tnt },
  "tnt, no inner positions": { ...few, model: () => tnt({ innerPositions: false }) },
  "tnt, no outer positions": { ...few, model: () => tnt({ outerPositions: false }) },
  "tnt, no positions": { ...few, model: () => tnt({ innerPositions: false, outerPositions: false }) },
};

/** The paper's questions, and the runs that answer them. */
export const studies = {
  data: [
    "vit, 1 % of the pictures",
    "cnn, 1 % of the pictures",
    "vit",
    "cnn",
    "vit, all pictures",
    "cnn, all pictures",
  ],
  positions: ["vit, no positions", "vit", "vit, 2-D positions", "vit, sines", "vit, relative positions"],
  distillation: ["cnn", "vit", "vit, hard distillation", "vit, soft distillation"],
  "patch size": ["vit, patches of 16", "vit, patches of 8", "vit", "vit, patches of 2"],
  tnt: ["vit", "tnt", "tnt, no inner positions", "tnt, no outer positions", "tnt, no positions"],
};
