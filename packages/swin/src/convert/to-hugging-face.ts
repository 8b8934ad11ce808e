import { type Checkpoint, type HuggingFaceTable, TesseraError, reversedRules } from "@tessera/core";
import { huggingFaceBody, huggingFaceHead } from "./hugging-face.ts";

/** The `model_type` of a Hugging Face config that is written. */
export type HuggingFaceModel = "swin" | "swinv2";

/**
 * Hugging Face's names for a Swin of either version. Fused q, k, v rows become three tensors.
 * @throws {TesseraError} for a model that is no Swin
 */
export function namesForHuggingFace(tensors: Checkpoint["tensors"]): HuggingFaceTable {
  const first = "layers.0.blocks.0.attn";
  const isSecond = tensors.has(`${first}.logit_scale`);
  if (!isSecond && !tensors.has(`${first}.relative_position_bias_table`))
    throw new TesseraError(
      `toHuggingFaceNames: expected a Swin with ${first}.relative_position_bias_table or logit_scale, got neither; save it in timm's names instead`,
    );
  const modelType: HuggingFaceModel = isSecond ? "swinv2" : "swin";
  return {
    modelType,
    rules: [
      ...reversedRules(huggingFaceBody(isSecond ? 2 : 1), `${modelType}.`),
      ...reversedRules(huggingFaceHead, ""),
    ],
  };
}
