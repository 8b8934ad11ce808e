import { type Checkpoint, FormatError, TesseraError } from "@tessera/core";
import {
  huggingFaceBlock,
  huggingFaceDinov2Block,
  huggingFaceDinov2Mlp,
  huggingFaceHead,
  huggingFaceShared,
  huggingFaceSwiGlu,
  huggingFaceTeacherHeads,
} from "./huggingface.ts";
import { rowsOf, withZeroFirst } from "./layout.ts";
import { convert, type Converted, type Rule } from "./rule.ts";

/** The `model_type` of a Hugging Face config. */
export type HuggingFaceModel = "vit" | "deit" | "dinov2" | "dinov2_with_registers";

/** A checkpoint in the names and layouts of Hugging Face's files. */
export interface HuggingFaceNames extends Converted {
  /** For `config.json`, as `model_type`. */
  model: HuggingFaceModel;
}

function reversed(rules: readonly Rule[], prefix: string): Rule[] {
  return rules.flatMap(([from, to]): Rule[] =>
    typeof from === "string"
      ? [[to, prefix + from]]
      : from.map((part, which) => [to, prefix + part, rowsOf(which, from.length)]),
  );
}

function modelOf(names: ReadonlySet<string>): HuggingFaceModel {
  if (names.has("blocks.0.ls1.gamma")) return names.has("reg_token") ? "dinov2_with_registers" : "dinov2";
  return names.has("dist_token") ? "deit" : "vit";
}

/** Whether the position table has a place for the class token: Hugging Face's always does, timm's not with registers. */
function hasClassPosition(checkpoint: Checkpoint): boolean {
  const count = checkpoint.tensors.get("pos_embed")?.shape[1] ?? 0;
  const isSquare = Number.isInteger(Math.sqrt(count));
  return !checkpoint.tensors.has("reg_token") && !isSquare;
}

/**
 * Gives a checkpoint with timm's names those of Hugging Face's files, to be saved as `model.safetensors`: ViT, DeiT with
 * both heads, DINOv2 with and without registers. Fused q, k, v rows become three tensors; nothing is read yet.
 *
 * @throws TesseraError when the model has a part that Hugging Face's has not
 */
export function toHuggingFaceNames(checkpoint: Checkpoint): HuggingFaceNames {
  const names = new Set(checkpoint.tensors.keys());
  const model = modelOf(names);
  const isDinov2 = model.startsWith("dinov2");
  const prefix = `${model}.`;
  const [rows = 0] = checkpoint.tensors.get("blocks.0.mlp.fc1.weight")?.shape ?? [];
  const [, columns = 0] = checkpoint.tensors.get("blocks.0.mlp.fc2.weight")?.shape ?? [];
  const mlp = rows === 2 * columns ? huggingFaceSwiGlu : huggingFaceDinov2Mlp;
  const positions = "embeddings.position_embeddings";
  const rules: Rule[] = [
    ["cls_token", `${prefix}embeddings.cls_token`],
    hasClassPosition(checkpoint) ? ["pos_embed", prefix + positions] : ["pos_embed", prefix + positions, withZeroFirst],
    ...reversed(huggingFaceShared, prefix),
    ...reversed(isDinov2 ? [...huggingFaceDinov2Block, ...mlp] : huggingFaceBlock, prefix),
    // DINOv2's classifier takes the class token and the mean of the patches side by side: ours has no counterpart
    ...(isDinov2 ? [] : reversed(names.has("head_dist.weight") ? huggingFaceTeacherHeads : huggingFaceHead, "")),
  ];
  const converted = convert(checkpoint, { rules, dropped: isDinov2 ? ["head.*"] : [] });
  const targets = new Set(converted.renamed.map(([, to]) => to));
  const left = [...converted.checkpoint.tensors.keys()].filter((name) => !targets.has(name));
  if (left.length > 0)
    throw new TesseraError(
      `toHuggingFaceNames: expected the parts of Hugging Face's ${model}, got ${left.slice(0, 3).join(", ")} besides; save it in timm's names instead`,
    );
  if (!names.has("cls_token"))
    throw new FormatError(`toHuggingFaceNames: expected a cls_token, got none; save it in timm's names instead`);
  return { ...converted, model };
}
