import { plusFirst, withoutFirst } from "./layout.ts";
import type { NameTable } from "./rule.ts";

/**
 * DINOv2 as Meta released it, with and without registers. With registers timm has positions for patches only, and the class
 * token holds its own. https://github.com/facebookresearch/dinov2
 */
export function dinov2(names: readonly string[]): NameTable {
  const hasRegisters = names.some((name) => name.endsWith("register_tokens"));
  return {
    rules: [
      ...(hasRegisters
        ? ([
            ["register_tokens", "reg_token"],
            [["cls_token", "pos_embed"], "cls_token", plusFirst],
            ["pos_embed", "pos_embed", withoutFirst],
          ] as const)
        : []),
      ["blocks.{i}.mlp.w12.{p}", "blocks.{i}.mlp.fc1.{p}"],
      ["blocks.{i}.mlp.w3.{p}", "blocks.{i}.mlp.fc2.{p}"],
    ],
    dropped: ["mask_token", "head.mlp.*", "head.last_layer.*", "dino_head.*", "ibot_head.*"],
  };
}
