// A contender in a browser's page, bundled and driven by chromium.mjs through these two functions of the window.
import { modelNamed } from "../models.mjs";
import { measure } from "./measure.mjs";
import { onnxruntimeKind } from "./onnxruntime.mjs";
import { webgpuKinds } from "./webgpu.mjs";

/** Where chromium.mjs serves the files of onnxruntime-web. */
const ortFolder = "/ort/";

/** @type {Record<string, import("../contender.mjs").Kind>} */
const kinds = {
  ...webgpuKinds,
  async "onnxruntime-webgpu"(options) {
    const ort = await import(/* @vite-ignore */ `${ortFolder}ort.webgpu.bundle.min.mjs`);
    ort.env.wasm.wasmPaths = ortFolder;
    return onnxruntimeKind(ort, { provider: "webgpu" })(options);
  },
};

/** @type {import("./measure.mjs").Contender | undefined} */
let contender;

Object.assign(globalThis, {
  /** @param {string} kind @param {string} model @param {number} batch */
  async startContender(kind, model, batch) {
    contender = await kinds[kind]?.({ model: modelNamed(model), batch, threads: 1 });
    if (!contender) throw new Error(`page: expected one of ${Object.keys(kinds).join(", ")}, got ${kind}`);
    await contender.run();
    return contender.facts ?? {};
  },
  /** @param {number} runs */
  measureContender(runs) {
    if (!contender) throw new Error("page: expected startContender first");
    return measure(contender, runs);
  },
});
