import { type Dialect, FormatError, type Layout, type Rule, permuteAxes, shown } from "@tessera/core";

const block = "blocks.{i}";

/** [1, h * w, c] -> [1, c, h, w] of a square grid */
const wordGrid: Layout = {
  shape: ([shape], where) => {
    const [one = 1, count = 0, channels = 1] = shape!;
    const side = Math.round(Math.sqrt(count));
    if (shape!.length !== 3 || side * side !== count)
      throw new FormatError(
        `${where}: expected a square grid of words, got ${shown(shape)}; the file is of another model`,
      );
    return [one, channels, side, side];
  },
  values: ([part]) => permuteAxes(part!.values, part!.shape, [0, 2, 1]),
};

const rules: readonly Rule[] = [
  ["outer_pos", "patch_pos"],
  ["inner_pos", "pixel_pos", wordGrid],
  ["patch_embed.proj.{p}", "pixel_embed.proj.{p}"],
  ["proj_norm1.{p}", "norm1_proj.{p}"],
  ["proj_norm2.{p}", "norm2_proj.{p}"],
  [`${block}.inner_norm1.{p}`, `${block}.norm_in.{p}`],
  [`${block}.inner_attn.qk.{p}`, `${block}.attn_in.qk.{p}`],
  [`${block}.inner_attn.v.{p}`, `${block}.attn_in.v.{p}`],
  [`${block}.inner_attn.proj.{p}`, `${block}.attn_in.proj.{p}`],
  [`${block}.inner_norm2.{p}`, `${block}.norm_mlp_in.{p}`],
  [`${block}.inner_mlp.fc1.{p}`, `${block}.mlp_in.fc1.{p}`],
  [`${block}.inner_mlp.fc2.{p}`, `${block}.mlp_in.fc2.{p}`],
  [`${block}.proj_norm1.{p}`, `${block}.norm1_proj.{p}`],
  [`${block}.proj_norm2.{p}`, `${block}.norm2_proj.{p}`],
  [`${block}.outer_norm1.{p}`, `${block}.norm_out.{p}`],
  [`${block}.outer_attn.qk.{p}`, `${block}.attn_out.qk.{p}`],
  [`${block}.outer_attn.v.{p}`, `${block}.attn_out.v.{p}`],
  [`${block}.outer_attn.proj.{p}`, `${block}.attn_out.proj.{p}`],
  [`${block}.outer_norm2.{p}`, `${block}.norm_mlp.{p}`],
  [`${block}.outer_mlp.fc1.{p}`, `${block}.mlp.fc1.{p}`],
  [`${block}.outer_mlp.fc2.{p}`, `${block}.mlp.fc2.{p}`],
];

/** Transformer in Transformer as Huawei released it: https://github.com/huawei-noah/Efficient-AI-Backbones/tree/master/tnt_pytorch */
const huawei: Dialect = {
  name: "tnt",
  translate(names) {
    if (!names.some((name) => /^(?:outer_pos|inner_pos|outer_tokens)$/.test(name))) return undefined;
    // the outer tokens are always zero
    return { rules, dropped: ["outer_tokens"], activation: "gelu", epsilon: 1e-5 };
  },
};

/** Others' names for TNT. */
export const tntDialects: readonly Dialect[] = [huawei];
