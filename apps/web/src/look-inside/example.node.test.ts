import { readFile, writeFile } from "node:fs/promises";
import { decodeImage } from "@tessera/data";
import { type ImageClassifier, imageClassifier } from "@tessera/pipeline";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Insight } from "../worker/calls.ts";
import { seenInside } from "../worker/seen-inside.ts";
import { fromText, toText } from "./stored.ts";

const file = new URL("./example.json", import.meta.url);
const ship = new URL("../../../../examples/images/ship.jpg", import.meta.url);

let classifier: ImageClassifier;
beforeAll(async () => {
  classifier = await imageClassifier();
});
afterAll(() => classifier.dispose());

/** Heads fused: the page has all of them when the model is there. */
async function computed(): Promise<Insight> {
  for await (const answer of classifier.stream([ship], { topK: 8 })) {
    if (answer.error) throw answer.error;
    const { top, logits } = answer;
    const { index, label } = top[0]!;
    const { signal } = new AbortController();
    const options = { target: index, limit: 0, signal, onProgress: () => {} };
    const inside = await seenInside(classifier, await decodeImage(ship), options);
    return {
      top: top.map((one) => Object.assign(one, { logit: logits[one.index]! })),
      target: { index, label },
      ...inside,
    };
  }
  throw new Error("expected an answer, got none");
}

// `TESSERA_UPDATE=1 npx vitest run --project node apps/web/src/look-inside` writes it anew after the model has changed.
test("what is shown before the weights are there is what the model says", async () => {
  const now = await computed();
  if (process.env["TESSERA_UPDATE"]) await writeFile(file, toText(now));
  const stored = fromText(await readFile(file, "utf8")) as Insight;
  expect(stored.target).toEqual(now.target);
  expect(stored.top.map(({ label }) => label).slice(0, 3)).toEqual(now.top.map(({ label }) => label).slice(0, 3));
  expect(now.attention!.blocks.map(({ heads }) => heads)).toEqual([1, 1, 1, 1, 1, 1]);
  for (const of of [
    ({ seen }: Insight) => seen.data,
    ({ maps }: Insight) => maps.relevance!.values,
    ({ maps }: Insight) => maps.rollout!.values,
    ({ attention }: Insight) => attention!.blocks[5]!.rows,
    ({ positions }: Insight) => positions!,
    ({ tokens }: Insight) => tokens!.projected,
    ({ tokens }: Insight) => tokens!.blocks[5]!,
    ({ distances }: Insight) => distances.map(({ pixels }) => pixels),
    ({ lens }: Insight) => lens.map(({ target }) => target),
  ]) {
    const [then, here] = [of(stored), of(now)];
    expect(then.length).toBe(here.length);
    let [most, difference] = [0, 0];
    for (let i = 0; i < here.length; i++) {
      most = Math.max(most, Math.abs(here[i]!));
      difference = Math.max(difference, Math.abs(then[i]! - here[i]!));
    }
    expect(difference, String(of)).toBeLessThanOrEqual(0.02 * most);
  }
});

test("text gives back what it was made of", () => {
  const value = { a: Float32Array.of(1.5, -2), b: [Uint8ClampedArray.of(0, 255)], c: "text", d: null };
  expect(fromText(toText(value))).toEqual(value);
});
