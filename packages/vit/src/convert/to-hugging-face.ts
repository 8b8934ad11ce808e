import { type Checkpoint, FormatError, type HuggingFaceTable, layouts, reversedRules } from "@tessera/core";
import {
  huggingFaceBlock,
  huggingFaceDinov2Block,
  huggingFaceDinov2Mlp,
  huggingFaceHead,
  huggingFaceShared,
  huggingFaceSwiGlu,
  huggingFaceTeacherHeads,
} from "./hugging-face.ts";

type Tensors = Checkpoint["tensors"];

/** The `model_type` of a Hugging Face config that is written. */
export type HuggingFaceModel = "vit" | "deit" | "dinov2" | "dinov2_with_registers";

function modelOf(tensors: Tensors): HuggingFaceModel {
  if (tensors.has("blocks.0.ls1.gamma")) return tensors.has("reg_token") ? "dinov2_with_registers" : "dinov2";
  return tensors.has("dist_token") ? "deit" : "vit";
}

/** Whether the position table has a place for the class token: Hugging Face's always does, timm's not with registers. */
function hasClassPosition(tensors: Tensors): boolean {
  const count = tensors.get("pos_embed")?.shape[1] ?? 0;
  const isSquare = Number.isInteger(Math.sqrt(count));
  return !tensors.has("reg_token") && !isSquare;
}

/**
 * Hugging Face's names for a ViT, a DeiT with both heads, a DINOv2 with and without registers. Fused q, k, v rows become
 * three tensors.
 *
 * @throws {FormatError} for a model without class token, which Hugging Face's have
 */
export function namesForHuggingFace(tensors: Tensors): HuggingFaceTable {
  if (!tensors.has("cls_token"))
    throw new FormatError(`toHuggingFaceNames: expected a cls_token, got none; save it in timm's names instead`);
  const modelType = modelOf(tensors);
  const isDinov2 = modelType.startsWith("dinov2");
  const prefix = `${modelType}.`;
  const [rows = 0] = tensors.get("blocks.0.mlp.fc1.weight")?.shape ?? [];
  const [, columns = 0] = tensors.get("blocks.0.mlp.fc2.weight")?.shape ?? [];
  const mlp = rows === 2 * columns ? huggingFaceSwiGlu : huggingFaceDinov2Mlp;
  const [, width = 0] = tensors.get("blocks.0.attn.proj.weight")?.shape ?? [];
  // DINOv2's classifier takes the class token and the mean of the patches side by side: one over the token has no counterpart
  const hasOtherHead = isDinov2 && tensors.get("head.weight")?.shape[1] !== 2 * width;
  const heads = tensors.has("head_dist.weight") ? huggingFaceTeacherHeads : huggingFaceHead;
  const positions = "embeddings.position_embeddings";
  return {
    modelType,
    rules: [
      ["cls_token", `${prefix}embeddings.cls_token`],
      hasClassPosition(tensors)
        ? ["pos_embed", prefix + positions]
        : ["pos_embed", prefix + positions, layouts.withZeroFirst],
      ...reversedRules(huggingFaceShared, prefix),
      ...reversedRules(isDinov2 ? [...huggingFaceDinov2Block, ...mlp] : huggingFaceBlock, prefix),
      ...(hasOtherHead ? [] : reversedRules(heads, "")),
    ],
    dropped: hasOtherHead ? ["head.*"] : [],
  };
}
