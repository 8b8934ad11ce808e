import type { OpDeclaration } from "@tessera/core";
import { tntInnerOp } from "./inner-op.ts";
import { tntMergeOp } from "./merge.ts";

/** The ops that only this family has. */
export const tntOps: readonly OpDeclaration[] = [tntInnerOp, tntMergeOp];
