import { replayChecks } from "@tessera/testing";
import "../../index.ts";

/** Shape of tokens whose arrays are of a length from which they serve again. */
export const shape: [number, number, 24] = [4, 17, 24];
export const { tokens, settle, expectRight, expectReplays, expectSteps } = replayChecks(shape);
