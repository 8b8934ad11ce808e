// node compare-int8.mjs MODEL: the cosine between the logits of the quantised graph and those of the one that it was made from.
import { onnxruntimeNode } from "../contenders/peers.mjs";
import { modelNamed } from "../models.mjs";
import { cosine } from "../similarity.mjs";
import { vitOnnx } from "./vit.mjs";

const ort = onnxruntimeNode();
const model = modelNamed(process.argv[2] ?? "");
const image = new ort.Tensor("float32", Float32Array.from({ length: 3 * 224 * 224 }, (_, i) => Math.sin(i * 1.7)), [1, 3, 224, 224]); // prettier-ignore
const logits = [];
for (const int8 of [false, true]) {
  const { model: file, output } = vitOnnx({ ...model, int8 });
  const session = await ort.InferenceSession.create(file);
  logits.push((await session.run({ image }))[output].data);
}
console.log(cosine(logits[0], logits[1]));
