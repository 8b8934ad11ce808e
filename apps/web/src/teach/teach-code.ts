import { backendLine, sourceOf } from "../state/code.ts";
import type { Setup } from "../worker/calls.ts";
import type { Method } from "../worker/lessons.ts";

/** Programs that learn the same of a folder for each class: with our packages, on the command line; and what Python loads it by. */
export function teachCode(setup: Setup, method: Method, epochs: number): [name: string, text: string][] {
  const { backend, precision, model } = setup;
  const passes = method === "probe" ? "" : ` --epochs ${epochs}`;
  const place = ` --backend ${backend}${precision === "f32" ? "" : ` --precision ${precision}`}`;
  return [
    ["TypeScript", typescript(setup, method, epochs)],
    [
      "Command line",
      [
        `npx @tessera/cli finetune pictures${sourceOf(model).flags} --only ${method}${passes}${place} --out taught`,
        "npx @tessera/cli classify picture.jpg --model taught",
      ].join("\n"),
    ],
    ["Python", `import timm\n\nmodel = timm.create_model("local-dir:taught", pretrained=True)`],
  ];
}

function typescript(setup: Setup, method: Method, epochs: number): string {
  const names = {
    data: ["evaluationBatches", "openDataset", "split", ...(method === "lora" ? ["trainingBatches"] : [])],
    train: {
      probe: ["evaluate", "extractFeatures", "featureData", "linearProbe"],
      head: ["FeatureHead", "adamW", "cosine", "extractFeatures", "featureData", "fit", "paramGroups"],
      lora: ["adamW", "addLora", "cosine", "extractFeatures", "fit", "linearProbe", "paramGroups"],
    }[method],
  };
  const features = (pictures: string) =>
    `await extractFeatures(model, evaluationBatches(${pictures}, { preprocessing, workers: 0 }))`;
  return [
    `import { useBackend } from "@tessera/backends";`,
    `import { ${names.data.join(", ")} } from "@tessera/data";`,
    `import { loadModel, saveModel } from "@tessera/pipeline";`,
    `import { ${names.train.join(", ")} } from "@tessera/train";`,
    "",
    backendLine(setup),
    `const { train: pictures } = await openDataset("pictures"); // a folder of each class`,
    `const [learnt, heldBack] = split(pictures, { fraction: 0.2 });`,
    `const labels = pictures.classes;`,
    `const { model, preprocessing } = await loadModel(${sourceOf(setup.model, ["labels", "resetHead: true"]).args});`,
    `const learning = ${features("learnt")};`,
    ...(method === "lora" ? [] : [`const judging = ${features("heldBack")};`]),
    ...learningLines[method](epochs),
    `await saveModel(model, "taught", { labels, preprocessing });`,
  ].join("\n");
}

const learningLines: Record<Method, (epochs: number) => string[]> = {
  probe: () => [
    "const { head } = linearProbe(learning);",
    "console.log(await evaluate(head, featureData(judging)));",
    "head.copyTo(model);",
  ],
  head: (epochs) => [
    "const head = new FeatureHead(learning.width, labels.length).init(0);",
    ...fitted("head", "featureData(learning, { training: true })", epochs, [
      ...ratedAt(0.01),
      "  evaluation: { data: featureData(judging) },",
    ]),
    "head.copyTo(model);",
  ],
  lora: (epochs) => [
    "linearProbe(learning).head.copyTo(model);",
    "const lora = addLora(model);",
    `const augmentation = { crop: { kind: "resized", scale: [0.5, 1] }, flip: "random" } as const;`,
    "const batches = trainingBatches(learnt, { preprocessing, augmentation, workers: 0 });",
    ...fitted("model", "batches", epochs, [
      ...ratedAt(2e-3),
      "  clipNorm: 1,",
      "  evaluation: { data: evaluationBatches(heldBack, { preprocessing, workers: 0 }) },",
    ]),
    "lora.merge();",
  ],
};

function ratedAt(rate: number): string[] {
  return [`  rate: cosine({ rate: (${rate} * batchSize) / 64, steps }),`];
}

function fitted(learner: string, data: string, epochs: number, lines: readonly string[]): string[] {
  return [
    `const [epochs, batchSize] = [${epochs}, Math.min(8, learnt.length)];`,
    "const steps = epochs * Math.floor(learnt.length / batchSize);",
    `await fit(${learner}, ${data}, {`,
    "  epochs,",
    "  batchSize,",
    `  optimizer: adamW(${learner}.params(), { groups: paramGroups(${learner}, { weightDecay: 0.01 }) }),`,
    ...lines,
    "  onEvaluation: ({ epoch, evaluation }) => console.log(epoch, evaluation.top1),",
    "});",
  ];
}
