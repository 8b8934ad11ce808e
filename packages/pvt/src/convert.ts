import type { Dialect } from "@tessera/core";
import { authors } from "./convert/authors.ts";
import { huggingFace } from "./convert/hugging-face.ts";

/** Others' names for PVTs: transformers' of both versions, and the authors' of the second. Those of the first are ours. */
export const pvtDialects: readonly Dialect[] = [huggingFace, authors];
