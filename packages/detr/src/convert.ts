import type { Dialect } from "@tessera/core";
import { huggingFace } from "./convert/hugging-face.ts";
import { official } from "./convert/official.ts";

/** Others' names for DETRs: transformers', and the official ones, which are ours. */
export const detrDialects: readonly Dialect[] = [huggingFace, official];
