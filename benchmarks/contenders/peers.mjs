// The packages of benchmarks/peers, loaded when they are asked for.
import { createRequire } from "node:module";
import { here } from "../host.mjs";
import { onnxruntimeKind } from "./onnxruntime.mjs";

/** @typedef {import("../contender.mjs").Kind} Kind */

/** @returns {typeof import("onnxruntime-common")} */
export function onnxruntimeNode() {
  return createRequire(here("peers/package.json"))("onnxruntime-node");
}

/** @type {Record<string, Kind>} */
export const peerKinds = {
  onnxruntime: (options) => onnxruntimeKind(onnxruntimeNode(), { provider: "cpu" })(options),
  "onnxruntime-int8": (options) => onnxruntimeKind(onnxruntimeNode(), { provider: "cpu", int8: true })(options),
  "onnxruntime-webgpu": (options) => onnxruntimeKind(onnxruntimeNode(), { provider: "webgpu" })(options),
};
