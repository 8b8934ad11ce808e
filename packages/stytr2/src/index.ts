export { type StyTr2Config, styTr2Config } from "./config.ts";
export {
  type Features,
  type Seen,
  type StyleLosses,
  type StyleViews,
  type StyleWeights,
  styTr2Weights,
  styleLoss,
  styleLosses,
} from "./losses/style-losses.ts";
export { LossVgg } from "./losses/vgg.ts";
export { StyTr2 } from "./model.ts";
