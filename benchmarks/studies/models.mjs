// Small models for pictures of 32 × 32 pixels, of about 0.3 M parameters and 20 M multiply-adds each.
import { zeros } from "@tensorflow/tfjs-core";
import { createAirbench } from "@tessera/airbench";
import { Attention, EncoderBlock, LearnedPositions2d, Module, RelativePositionBias, sincos2d } from "@tessera/core";
import { createTnt } from "@tessera/tnt";
import { createVit } from "@tessera/vit";

const classes = 10;
const imageSize = 32;
const small = { imageSize, patchSize: 4, width: 96, depth: 4, heads: 3, mlpDim: 192, classes };

/** @param {Partial<import("@tessera/vit").VitConfig>} [options] */
export const vit = (options) => createVit("vit_tiny_patch16_224", { ...small, ...options });

/** Tokens that do not know where they are. */
class NoPositions extends Module {
  prefix = 0;
  /** @param {number} width */
  constructor(width) {
    super();
    this.width = width;
  }
  /** @param {readonly [number, number]} grid */
  table([rows, columns]) {
    return zeros([1, rows * columns, this.width]);
  }
  /** @param {import("@tessera/core").Shape} input */
  describe(input) {
    return { output: input };
  }
}

/** @type {NonNullable<import("@tessera/vit").VitConfig["positions"]>} */
const none = ({ width }) => /** @type {any} */ (new NoPositions(width));

/** What tells tokens where they are, as in table 8 of the ViT paper. */
export const positions = {
  none: () => vit({ positions: none }),
  "1-D, learned": () => vit(),
  "2-D, learned": () => vit({ positions: (config) => new LearnedPositions2d(config) }),
  "2-D, sines": () => vit({ positions: (config) => sincos2d(config) }),
  relative() {
    const model = vit({ positions: none });
    const { width, heads, mlpDim, depth } = small;
    const blocks = Array.from({ length: depth }, () => {
      const relPos = new RelativePositionBias({ window: model.patchEmbed.grid, heads, prefix: 1 });
      return new EncoderBlock({ width, heads, mlpDim, attn: new Attention({ width, heads, relPos }) });
    });
    return Object.assign(model, { blocks });
  },
};

/** Convolutions of like size and cost. */
export const cnn = () => createAirbench("airbench94", { widths: [32, 64, 96], classes });

/** @param {Partial<import("@tessera/tnt").TntConfig>} [options] */
export const tnt = (options) =>
  createTnt("tnt_s_patch16_224", {
    imageSize,
    patchSize: 4,
    innerPatchSize: 2,
    width: 84,
    innerWidth: 12,
    depth: 4,
    heads: 3,
    innerHeads: 2,
    mlpDim: 168,
    innerMlpDim: 24,
    classes,
    ...options,
  });
