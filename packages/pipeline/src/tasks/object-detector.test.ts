import { type Tensor4D, memory, pad, stack, tensor3d, tensor4d } from "@tensorflow/tfjs-core";
import { preprocess, preprocessingFor } from "@tessera/data";
import { contentsOf, expectNoLeak, under } from "@tessera/testing";
import { VitDet, vitDetFamily } from "@tessera/vitdet";
import { openCheckpoint } from "@tessera/weights";
import { beforeAll, describe, expect, test } from "vitest";
import { failure } from "../__fixtures__/failure.ts";
import { plain } from "../__fixtures__/pictures.ts";
import { smallDetector } from "../__fixtures__/small-detector.ts";
import { smallDeformableDetr } from "../__fixtures__/small-deformable-detr.ts";
import { smallSparseRcnn } from "../__fixtures__/small-sparse-rcnn.ts";
import { smallYolos } from "../__fixtures__/small-yolos.ts";
import { coco80 } from "../source/labels/coco.ts";
import { loadDetector } from "../source/load-detector.ts";
import { anyToHuggingFaceNames, anyToTimmNames } from "../source/rename.ts";
import { runDetector } from "./detector-run.ts";
import { objectDetector } from "./object-detector.ts";

let small: Awaited<ReturnType<typeof smallDetector>>;
beforeAll(async () => {
  small = await smallDetector();
});

/** A picture with a bright corner. */
function picture(width: number, height: number) {
  const { data } = plain(40, 60, 80, [width, height]);
  data.fill(250, 0, Math.floor(data.length / 3));
  return { width, height, data };
}

describe("a detector", () => {
  const [wide, tall] = [picture(40, 20), picture(20, 28)];

  test("finds what its model says of the picture, the surest first", async () => {
    using detector = await objectDetector(small.files);
    const found = await detector(wide, { threshold: 0 });
    const { model, preprocessing, labels } = detector;
    const spec = preprocessingFor(wide, preprocessing);
    expect(spec.size).toEqual([24, 48]);
    const pixels = tensor4d(preprocess(wide, spec), [1, 24, 48, 3]);
    const [raw] = await model.detect(pixels, { originals: [[20, 40]] });
    expect(found).toHaveLength(4);
    expect(found.map(({ score }) => score)).toEqual([...raw!.scores].sort((a, b) => b - a));
    const best = raw!.scores.indexOf(found[0]!.score);
    const [xmin, ymin, xmax, ymax] = raw!.boxes.subarray(4 * best, 4 * best + 4);
    expect(found[0]).toEqual({ score: raw!.scores[best], label: labels[raw!.labels[best]!], index: raw!.labels[best], box: { xmin, ymin, xmax, ymax } }); // prettier-ignore
    expect(labels).toEqual(["N/A", "cat", "dog"]);
  });

  test("leaves out what has a lower score, and gives shares of the picture when asked", async () => {
    using detector = await objectDetector(small.files);
    const all = await detector(wide, { threshold: 0 });
    const middle = (all[1]!.score + all[2]!.score) / 2;
    expect(await detector(wide, { threshold: middle })).toEqual(all.slice(0, 2));
    expect(await detector(wide, { threshold: 1 })).toEqual([]);
    const [share] = await detector(wide, { threshold: 0, percentage: true });
    const { xmin, ymax } = all[0]!.box;
    expect([share!.box.xmin, share!.box.ymax]).toEqual([xmin / 40, ymax / 20]);
  });

  test("finds the same in pictures of one size together and alone", async () => {
    using detector = await objectDetector(small.files);
    const turned = { ...wide, data: wide.data.slice().reverse() };
    const together = await detector([wide, turned], { threshold: 0, batchSize: 2 });
    const alone = [await detector(wide, { threshold: 0 }), await detector(turned, { threshold: 0 })];
    const numbers = (found: typeof alone) => found.flat().flatMap(({ score, box }) => Object.values(box).concat(score));
    await expect(numbers(together)).toBeAllClose(numbers(alone), { rtol: 1e-3, atol: 1e-3 });
    expect(together.flat().map(({ label }) => label)).toEqual(alone.flat().map(({ label }) => label));
  });

  test("pads pictures of other sizes as the model is told, and says what it could not read", async () => {
    using detector = await objectDetector(small.files);
    const { model, preprocessing } = detector;
    const results = [];
    for await (const one of detector.stream([wide, new Uint8Array(), tall], { threshold: 0, batchSize: 3 })) results.push(one); // prettier-ignore
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2]);
    expect(results[1]!.error?.message).toMatch(/empty file/);
    const frames = [wide, tall].map((image) => {
      const spec = preprocessingFor(image, preprocessing);
      const [height, width] = spec.size;
      const pixels = tensor3d(preprocess(image, spec), [height, width, 3]);
      return pad(pixels, [[0, 44 - height], [0, 48 - width], [0, 0]]); // prettier-ignore
    });
    const [sizes, originals] = [[[24, 48], [44, 32]], [[20, 40], [28, 20]]] as const; // prettier-ignore
    const raw = await model.detect(stack(frames) as Tensor4D, { sizes, originals });
    for (const [i, result] of [results[0]!, results[2]!].entries()) {
      if (result.error) throw result.error;
      const scores = result.objects.map(({ score }) => score);
      await expect(scores).toBeAllClose([...raw[i]!.scores].sort((a, b) => b - a));
    }
    expect(results[2]).toMatchObject({ width: 20, height: 28 });
    expect(await failure(detector([wide, new Uint8Array()]))).toMatch(/empty file/);
    expect(await detector([])).toEqual([]);
  });

  test("takes a picture of one pixel", async () => {
    using detector = await objectDetector(small.files);
    expect(await detector(picture(1, 1), { threshold: 0 })).toHaveLength(4);
  });

  test("stops when it is told to, with the signal's reason", async () => {
    using detector = await objectDetector(small.files);
    const abort = new AbortController();
    const seen: number[] = [];
    async function watch(): Promise<void> {
      for await (const { index } of detector.stream([wide, tall, wide], { signal: abort.signal })) {
        seen.push(index);
        abort.abort(new Error("enough"));
      }
    }
    await expect(watch()).rejects.toThrow("enough");
    expect(seen).toEqual([0]);
  });

  test("leaves nothing behind, and is not used again", async () => {
    const before = memory().numTensors;
    const detector = await objectDetector(small.files);
    await expectNoLeak(() => detector([wide, tall], { batchSize: 2 }), { runs: 2 });
    detector.dispose();
    expect(memory().numTensors).toBe(before);
    expect(await failure(detector(wide))).toMatch(/^objectDetector: expected one in use, got one disposed of/);
  });
});

test("Sparse R-CNN sees its authors' pixels, and gives COCO's labels without gaps", async () => {
  using detector = await objectDetector("sparse_rcnn_r50_100pro", { weights: await smallSparseRcnn() });
  expect(detector.labels).toEqual(coco80);
  // A strip has few pixels even where the longer side is 1333.
  const strip = picture(400, 4);
  const { size, scale, mean } = preprocessingFor(strip, detector.preprocessing);
  expect([size, scale, mean]).toEqual([[13, 1333], 1, [123.675, 116.28, 103.53]]);
  const found = await detector(strip, { threshold: 0 });
  expect(found.length).toBeGreaterThan(0);
  expect(found.every(({ box }) => box.xmin >= 0 && box.xmax <= 400 && box.ymin >= 0 && box.ymax <= 4)).toBe(true);
  const nameless = await failure(loadDetector("sparse_rcnn_r50_100pro"));
  expect(nameless).toMatch(/pass weights, a checkpoint file of https:.*SparseR-CNN\/releases$/);
});

test("Deformable DETR takes transformers' files, and a box may have several classes", async () => {
  using detector = await objectDetector(await smallDeformableDetr());
  expect(detector.labels).toEqual(["N/A", "cat", "dog"]);
  const found = await detector(picture(64, 40), { threshold: 0 });
  // More than there are queries.
  expect(found.length).toBeGreaterThan(40);
  expect(found.every(({ score }) => score > 0 && score < 1)).toBe(true);
});

test("YOLOS takes transformers' files, and pictures of whole patches", async () => {
  const files = await smallYolos();
  using detector = await objectDetector(files);
  const wide = picture(40, 20);
  const spec = preprocessingFor(wide, detector.preprocessing);
  expect([spec.size, detector.labels]).toEqual([
    [32, 64],
    ["N/A", "cat", "dog"],
  ]);
  const found = await detector(wide, { threshold: 0 });
  const [raw] = await detector.model.detect(tensor4d(preprocess(wide, spec), [1, 32, 64, 3]), {
    originals: [[20, 40]],
  });
  expect(found.map(({ score }) => score)).toEqual([...raw!.scores].sort((a, b) => b - a));
  expect(await detector([wide, picture(20, 20)], { threshold: 0, batchSize: 2 })).toHaveLength(2);
  expect(await failure(loadDetector("yolos_ti"))).toMatch(/of the hub such as hustvl\/yolos-tiny$/);
});

test("ViTDet pads pictures to its square, and gives what its boxes are about", async () => {
  const model = new VitDet({ imageSize: 64, patchSize: 16, width: 8, depth: 1, heads: 2, mlpDim: 8, window: 2, globalEvery: 2, pretrainedGrid: 2, channels: 4, regionWidth: 4, classes: 2, rules: { candidates: 6, proposals: 4, score: 0.01 } }).init(2); // prettier-ignore
  const { rounding, scale, mean, std } = vitDetFamily.pixels;
  const loaded = { model, preprocessing: { shortest: 48, longest: 64, rounding, scale, mean, std } };
  for await (const outcome of runDetector([picture(40, 20), picture(20, 20)], loaded, { batchSize: 2 })) {
    if (outcome.error) throw outcome.error;
    const { found, width, height } = outcome;
    expect(found.labels.length).toBeGreaterThan(0);
    expect([...found.boxes].every((side, at) => side >= 0 && side <= (at % 2 === 0 ? width : height))).toBe(true);
  }
  model.dispose();
  expect(await failure(loadDetector("mask_rcnn_vitdet_b"))).toMatch(/a checkpoint file of https:.*\.pkl$/);
});

test("a checkpoint gets transformers' names and the authors' again", async () => {
  const own = await openCheckpoint(small.official);
  const { modelType, checkpoint } = await anyToHuggingFaceNames((await anyToTimmNames(own)).checkpoint);
  expect(modelType).toBe("detr");
  const back = await anyToTimmNames(checkpoint);
  expect(back.dialect).toBe("huggingface");
  expect([...back.checkpoint.tensors.keys()].sort()).toEqual([...own.tensors.keys()].sort());
  // Those of the backbone are many, and go through as they are.
  const ofTransformer = (file: typeof own) => contentsOf(under(file, "transformer."));
  expect(await ofTransformer(back.checkpoint)).toEqual(await ofTransformer(own));
});

describe("loading", () => {
  test("takes the authors' names too, with arch", async () => {
    const labels = ["a", "b", "c"];
    // Sizes that the variant has not are those of another model.
    expect(await failure(loadDetector("detr_resnet50", { weights: small.official, labels }))).toMatch(
      /^load: expected/,
    );
    const missing = await failure(loadDetector("detr_resnet50"));
    expect(missing).toMatch(/got its name alone; .* of the hub such as facebook\/detr-resnet-50$/);
  });

  test.each([
    ["a score that is none", { threshold: 2 }, "threshold: expected a score from 0 to 1, got 2"],
    [
      "an option that there is not",
      { treshold: 1 },
      'expected a known option, got "treshold"; did you mean threshold?',
    ],
  ])("refuses %s", async (_, options, message) => {
    using detector = await objectDetector(small.files);
    expect(await failure(detector([picture(4, 4)], options as object))).toContain(message);
  });

  test("refuses labels that are too few, models that are no detectors, and names that are none", async () => {
    expect(await failure(objectDetector(small.files, { labels: ["a"] }))).toBe(
      "loadDetector: expected 3 labels, one a class, got 1; name every class once",
    );
    const config = new Blob([JSON.stringify({ model_type: "vit" })]);
    expect(await failure(objectDetector({ ...small.files, config }))).toMatch(
      /^config\.json: expected a detector, "model_type" among detr, deformable_detr, yolos, got "vit"$/,
    );
    const preprocessor = new Blob([JSON.stringify({ image_processor_type: "ViTImageProcessor" })]);
    expect(await failure(objectDetector({ ...small.files, preprocessor }))).toContain(
      "to be DetrImageProcessor or YolosImageProcessor",
    );
    expect(await failure(objectDetector(small.files, { arch: "detr_resnet5" }))).toMatch(
      /got "detr_resnet5"; did you mean detr_resnet50\?$/,
    );
    expect(await failure(objectDetector(5 as never))).toMatch(/^objectDetector: expected a name, a folder/);
  });
});
