import { wordGrid } from "./layout.ts";
import type { NameTable } from "./rule.ts";

const block = "blocks.{i}";

/** Transformer in Transformer as Huawei released it: https://github.com/huawei-noah/Efficient-AI-Backbones/tree/master/tnt_pytorch */
export const tnt: NameTable = {
  rules: [
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
  ],
  dropped: ["outer_tokens"], // always zero
};
