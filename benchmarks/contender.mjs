// One contender in a process of its own: node contender.mjs KIND SIZE BATCH THREADS. For each line on stdin, a number of
// runs, it writes one line of JSON: milliseconds and processor milliseconds of each run.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sizes } from "./sizes.mjs";

const [kind = "", size = "", batchText = "1", threadsText = "2"] = process.argv.slice(2);
const [batch, threads] = [Number(batchText), Number(threadsText)];
const { width, depth, heads } = sizes[/** @type {keyof typeof sizes} */ (size)];

/** @returns {Promise<() => Promise<void>>} */
async function onnxruntime() {
  const peers = createRequire(fileURLToPath(new URL("peers/package.json", import.meta.url)));
  const ort = peers("onnxruntime-node");
  const { vitOnnx } = await import("./onnx-vit.mjs");
  const { model, output } = vitOnnx({ width, depth, heads, batch });
  const session = await ort.InferenceSession.create(model, {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: "all",
  });
  const image = new ort.Tensor("float32", Float32Array.from({ length: batch * 3 * 224 * 224 }, Math.random), [batch, 3, 224, 224]); // prettier-ignore
  return async () => {
    const result = await session.run({ image });
    if (!Number.isFinite(result[output].data[0])) throw new Error("onnxruntime: expected finite logits");
  };
}

/** @param {() => Promise<void>} start @returns {Promise<() => Promise<void>>} */
async function tessera(start) {
  const tf = await import("@tensorflow/tfjs-core");
  await start();
  const { createVit } = await import("@tessera/vit");
  const model = createVit(`vit_${size}_patch16_224`);
  model.init(0);
  const images = tf.randomUniform([batch, 224, 224, 3]);
  return async () => {
    const logits = model.forward(images);
    const values = await logits.data();
    if (!Number.isFinite(values[0])) throw new Error("tessera: expected finite logits");
    logits.dispose();
  };
}

/** @param {"f32" | "bf16"} precision */
const native = (precision) =>
  tessera(async () => {
    const { setBackend } = await import("@tensorflow/tfjs-core");
    const { configureNative } = await import("@tessera/native");
    await setBackend("native");
    configureNative({ precision, threads });
  });

/** @type {Record<string, () => Promise<() => Promise<void>>>} */
const kinds = {
  onnxruntime,
  "native-f32": () => native("f32"),
  "native-bf16": () => native("bf16"),
  wasm: () =>
    tessera(async () => {
      const { useBackend } = await import("@tessera/backends");
      await useBackend("wasm");
    }),
};

const run = await kinds[kind]?.();
if (!run) throw new Error(`contender: expected one of ${Object.keys(kinds).join(", ")}, got ${kind}`);
await run();
console.log(JSON.stringify({ ready: true }));
for await (const line of createInterface({ input: process.stdin })) {
  const ms = [];
  const cpu = [];
  for (let i = 0; i < Number(line); i++) {
    const before = process.cpuUsage();
    const start = performance.now();
    await run();
    ms.push(performance.now() - start);
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1000);
  }
  console.log(JSON.stringify({ ms, cpu, rssMB: process.resourceUsage().maxRSS / 1024 }));
}
