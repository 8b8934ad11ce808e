// node benchmarks/top1.mjs FOLDER [f32,bf16]: share of the pictures in FOLDER/LABEL/ that the embedded default model knows, on
// the native backend in each precision, and how alike the logits are to those of the first.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setBackend } from "@tensorflow/tfjs-core";
import { configureNative } from "@tessera/native";
import { imageClassifier } from "@tessera/pipeline";

const [folder = "", precisions = "f32,bf16"] = process.argv.slice(2);
await setBackend("native");
const classifier = await imageClassifier();
const labels = readdirSync(folder);
const files = labels.flatMap((label) => readdirSync(join(folder, label)).map((name) => join(folder, label, name)));
const truth = labels.flatMap((label) => readdirSync(join(folder, label)).map(() => label));

/** @param {Float32Array} a @param {Float32Array} b */
function cosine(a, b) {
  const dot = (/** @type {Float32Array} */ p, /** @type {Float32Array} */ q) =>
    p.reduce((sum, v, i) => sum + v * (q[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** @type {Float32Array[]} */
const first = [];
for (const precision of precisions.split(",")) {
  configureNative({ precision: /** @type {"f32" | "bf16"} */ (precision) });
  let [right, same, least] = [0, 0, 1];
  for await (const result of classifier.stream(files, { topK: 1, batchSize: 32 })) {
    if (result.error) throw result.error;
    const { index, logits, top } = result;
    first[index] ??= logits.slice();
    if (top[0]?.label === truth[index]) right++;
    if (top[0]?.index === first[index].indexOf(Math.max(...first[index]))) same++;
    least = Math.min(least, cosine(first[index], logits));
  }
  const share = (/** @type {number} */ count) => `${((100 * count) / files.length).toFixed(2)} %`;
  console.log(`${precision}: ${share(right)} right, ${share(same)} as the first, least cosine ${least.toFixed(6)}`);
}
