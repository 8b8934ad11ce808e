import type { Dialect, Rule } from "@tessera/core";

const telling = /^block\d\.\d+\.mlp\.dwconv\.dwconv\.weight$/;

/** Stages are counted from 1, and have no name of their own. */
function stage(index: number): Rule[] {
  const [number, to] = [index + 1, `stages.${index}`];
  const block = (part: string, ours = part): Rule => [`block${number}.{i}.${part}.{p}`, `${to}.blocks.{i}.${ours}.{p}`];
  const embed = index === 0 ? "patch_embed" : `${to}.downsample`;
  return [
    [`patch_embed${number}.proj.{p}`, `${embed}.proj.{p}`],
    [`patch_embed${number}.norm.{p}`, `${embed}.norm.{p}`],
    ...["norm1", "attn.q", "attn.kv", "attn.proj", "attn.sr", "attn.norm", "norm2", "mlp.fc1", "mlp.fc2"].map((part) =>
      block(part),
    ),
    block("mlp.dwconv.dwconv", "mlp.dwconv"),
    [`norm${number}.{p}`, `${to}.norm.{p}`],
  ];
}

/** PVT v2 as its authors released it. Their names of version 1 are ours. https://github.com/whai362/PVT */
export const authors: Dialect = {
  name: "pvt",
  translate: (names) =>
    names.some((name) => telling.test(name)) ? { rules: [0, 1, 2, 3].flatMap(stage), activation: "gelu" } : undefined,
};
