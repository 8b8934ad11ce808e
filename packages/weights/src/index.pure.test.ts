import { expect, test } from "vitest";
import * as weights from "./index.ts";

test("exports what it promises and no more", () => {
  expect(Object.keys(weights).sort()).toEqual([
    "hubFile",
    "hubFiles",
    "isHubId",
    "keepAbsence",
    "openCheckpoint",
    "openShards",
    "openSource",
    "readNpz",
    "readSafetensors",
    "readTorch",
    "saveFolder",
    "saveSafetensors",
    "streamSafetensors",
    "tensorFolder",
    "watchNonFinite",
    "writeSafetensors",
  ]);
});
