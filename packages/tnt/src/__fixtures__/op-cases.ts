// Calls of TNT's ops, by the parts of a block that ask for them.
import { type Activation, type InputsOf, LayerNorm } from "@tessera/core";
import { casesOf, seeded } from "@tessera/testing";
import { TntBlock } from "../block.ts";
import type { TntConfig } from "../config.ts";
import { tntInnerOp } from "../inner-op.ts";
import { InnerTransformer } from "../inner.ts";
import { mergeWords, tntMergeOp } from "../merge.ts";

interface Inner {
  patches: number;
  words: number;
  width: number;
  heads: number;
  hidden: number;
  legacy?: boolean;
  qkvBias?: boolean;
  activation?: Activation;
}

/** Of a block whose outer parts nobody asks for. */
function configOf({ width, heads, hidden, legacy = false, qkvBias = false, activation = "gelu" }: Inner): TntConfig {
  const outer = { imageSize: 8, patchSize: 8, width: heads, heads, mlpDim: 1, depth: 1, classes: 0 };
  return { ...outer, innerWidth: width, innerHeads: heads, innerMlpDim: hidden, legacy, qkvBias, activation };
}

/** Words `x`, and the parameters of a block's inner parts by their path. */
function drawInner(given: Inner): InputsOf<typeof tntInnerOp> {
  const { patches, words, width } = given;
  const random = seeded(words + 100 * width);
  const inner = /^(norm_in|attn_in|norm_mlp_in|mlp_in|norm1_proj)\./;
  const shapes = [...new TntBlock(configOf(given), words, 0).params()].filter(([path]) => inner.test(path));
  const parameters = shapes.map(([path, { shape }]) => {
    const deviation = shape.length === 2 ? 1.5 * shape[1]! ** -0.5 : 0.5;
    return [path, random.normals([...shape], deviation)] as const;
  });
  return { x: random.normals([patches, words, width]), ...Object.fromEntries(parameters) } as InputsOf<typeof tntInnerOp>;
}

const inners: readonly Inner[] = [
  { patches: 1, words: 1, width: 1, heads: 1, hidden: 3 },
  { patches: 3, words: 2, width: 6, heads: 1, hidden: 10, legacy: true, qkvBias: true },
  { patches: 197, words: 3, width: 13, heads: 13, hidden: 29, qkvBias: true },
  { patches: 394, words: 4, width: 8, heads: 2, hidden: 32, legacy: true },
  { patches: 3, words: 7, width: 30, heads: 5, hidden: 50 },
  { patches: 3, words: 9, width: 10, heads: 5, hidden: 7, qkvBias: true },
  { patches: 13, words: 31, width: 6, heads: 1, hidden: 3, legacy: true },
  { patches: 2, words: 16, width: 12, heads: 2, hidden: 48 },
  { patches: 197, words: 16, width: 24, heads: 4, hidden: 96 },
  { patches: 3, words: 16, width: 40, heads: 4, hidden: 160, legacy: true, qkvBias: true },
  { patches: 1, words: 25, width: 18, heads: 1, hidden: 75, legacy: true, qkvBias: true },
  { patches: 3, words: 25, width: 40, heads: 4, hidden: 161 },
  { patches: 0, words: 4, width: 8, heads: 2, hidden: 5 },
  ...(["none", "gelu_tanh", "quick_gelu", "relu", "silu"] as const).map((activation) => ({
    patches: 3,
    words: 2,
    width: 6,
    heads: 1,
    hidden: 10,
    activation,
  })),
];

const innerCases = casesOf({
  op: tntInnerOp,
  call: ({ x, ...parameters }, given: Inner) => {
    using block = new TntBlock(configOf(given), given.words, 0);
    const params = block.params();
    for (const [path, values] of Object.entries(parameters)) params.get(path)!.set(values);
    return new InnerTransformer(block, configOf(given), 0).forward(x, {});
  },
  cases: inners.map((given) => ({
    name: Object.entries(given)
      .map(([name, value]) => `${name} ${value}`)
      .join(", "),
    inputs: () => drawInner(given),
    attrs: given,
    tolerance: { atol: 5e-5 },
  })),
});

const merges = [[1, 1, 1], [2, 3, 6], [3, 16, 24], [2, 7, 15], [2, 17, 33], [1, 196, 384], [2, 196, 65], [0, 3, 6]] as const; // prettier-ignore

const mergeCases = casesOf({
  op: tntMergeOp,
  call: ({ tokens, joined, gamma, beta }) => {
    if (!gamma || !beta) return mergeWords(tokens, joined, undefined, {});
    using norm = new LayerNorm(gamma.size, 1e-5);
    norm.weight.set(gamma);
    norm.bias.set(beta);
    return mergeWords(tokens, joined, norm, {});
  },
  cases: merges.flatMap(([b, n, d]) =>
    [true, false].map((hasNorm) => ({
      name: `${b} images of ${n} patches of ${d}, ${hasNorm ? "with a norm" : "without"}`,
      inputs: () => {
        const random = seeded(d);
        const both = { tokens: random.normals([b, n + 1, d]), joined: random.normals([b, n, d], 2) };
        const norm = hasNorm && { gamma: random.normals([d]), beta: random.normals([d]) };
        return { ...both, ...norm } as InputsOf<typeof tntMergeOp>;
      },
      attrs: {},
    })),
  ),
});

export const tntOpCases = [innerCases, mergeCases];
