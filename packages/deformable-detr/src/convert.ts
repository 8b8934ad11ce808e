import type { Dialect } from "@tessera/core";
import { huggingFace } from "./convert/hugging-face.ts";
import { official } from "./convert/official.ts";

/** Others' names for Deformable DETRs: transformers', and the official ones, which are ours but for what they have twice. */
export const deformableDetrDialects: readonly Dialect[] = [huggingFace, official];
