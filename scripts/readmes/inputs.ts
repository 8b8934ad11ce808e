// What the READMEs' programs are given: the files that they name, and a hub with the repositories that they name.
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { maeFamily } from "@tessera/mae";
import { allDetectors, createBackbone, modelFilesOf } from "@tessera/pipeline";
import { type TensorToWrite, writeSafetensors } from "@tessera/weights";
import sharp from "sharp";
import type { SmallHub } from "../../packages/pipeline/src/__fixtures__/small-hub.ts";

const file = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Draws a folder of pictures for each class. */
async function drawClasses(folder: string, classes: readonly string[], count: number): Promise<void> {
  for (const [number, name] of classes.entries()) {
    await mkdir(join(folder, name), { recursive: true });
    for (let i = 0; i < count; i++) {
      const data = Uint8Array.from({ length: 32 * 32 * 3 }, (_, at) => (at * (number + 2) * (i + 3)) % 256);
      const picture = sharp(data, { raw: { width: 32, height: 32, channels: 3 } });
      await picture.png().toFile(join(folder, name, `${i}.png`));
    }
  }
}

/** Draws pictures with a square on each, and says in COCO's JSON where. */
async function drawThings(folder: string, count: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  const [width, height] = [64, 48];
  const boxes = Array.from({ length: count }, (_, i) => [5 + 2 * i, 4 + i, 16, 16] as const);
  for (const [i, [left, top, side]] of boxes.entries()) {
    const square = { create: { width: side, height: side, channels: 3, background: i % 2 ? "red" : "blue" } } as const;
    const ground = { create: { width, height, channels: 3, background: "grey" } } as const;
    const drawn = sharp(ground).composite([{ input: await sharp(square).png().toBuffer(), left, top }]);
    await drawn.png().toFile(join(folder, `${i}.png`));
  }
  const annotations = {
    images: boxes.map((_, id) => ({ id, file_name: `${id}.png`, width, height })),
    categories: ["blue", "red"].map((name, id) => ({ id, name })),
    annotations: boxes.map((bbox, id) => ({ id, image_id: id, category_id: id % 2, bbox, area: 256, iscrowd: 0 })),
  };
  await writeFile(join(folder, "annotations.json"), JSON.stringify(annotations));
}

/** Lays the files that pages name into a folder. */
export async function layInputs(folder: string, weights: Uint8Array): Promise<void> {
  for (const name of ["holiday", "more"]) await mkdir(join(folder, name), { recursive: true });
  await drawClasses(join(folder, "pets"), ["cat", "dog"], 12);
  await drawClasses(join(folder, "flowers", "train"), ["daisy", "rose"], 24);
  await drawClasses(join(folder, "flowers", "test"), ["daisy", "rose"], 4);
  await drawClasses(folder, ["pictures", "more"], 2);
  await drawThings(join(folder, "street"), 16);
  await copyFile(file("examples/images/ship.jpg"), join(folder, "boat.jpg"));
  await copyFile(file("examples/images/frog.jpg"), join(folder, "frog.jpg"));
  for (const name of ["airplane.jpg", "truck.jpg"])
    await copyFile(file(`examples/images/${name}`), join(folder, "holiday", name));
  // A ViT of Google's names, smaller than the one that it stands for.
  await copyFile(file("packages/weights/src/__fixtures__/google_compressed.npz"), join(folder, "ViT-B_16.npz"));
  await writeFile(join(folder, "vit_tiny.safetensors"), weights);
}

/** A folder as timm writes it, of a model that was drawn at random. */
async function drawnModel(name: string, imageSize = 224): Promise<Record<string, Uint8Array | string>> {
  const model = (await createBackbone(name, { imageSize })).init(0);
  try {
    return await modelFilesOf(model);
  } finally {
    model.dispose();
  }
}

/** A small DETR that was drawn at random, as transformers writes it; the tensors have the authors' names. */
async function drawnDetector(): Promise<Record<string, Uint8Array | string>> {
  const [family] = await allDetectors();
  const sizes = { classes: 2, queries: 4, width: 8, heads: 2, encoderDepth: 1, decoderDepth: 1, mlpDim: 8 };
  const config = { ...sizes, backbone: { block: "basic", depths: [2, 2, 2, 2] } } as const;
  const model = family!.build(config).init(0);
  const tensors: Record<string, TensorToWrite> = {};
  for (const [path, { shape, value }] of model.state())
    tensors[path] = { shape, values: (await value.data<"float32">()) as Float32Array };
  model.dispose();
  const described = { ...family!.huggingFace!.write(config), id2label: { 0: "boat", 1: "frog" } };
  const size = { shortest_edge: 64, longest_edge: 96 };
  return {
    "config.json": JSON.stringify(described),
    "preprocessor_config.json": JSON.stringify({ image_processor_type: "DetrImageProcessor", size }),
    "model.safetensors": writeSafetensors(tensors),
  };
}

/** A small masked autoencoder that was drawn at random, in the authors' names. */
async function drawnInpainter(): Promise<Record<string, Uint8Array | string>> {
  const decoder = { decoderWidth: 8, decoderDepth: 1, decoderHeads: 2 };
  const config = { imageSize: 32, patchSize: 8, width: 16, depth: 1, heads: 2, ...decoder };
  const model = maeFamily.build(config).init(0);
  const tensors: Record<string, TensorToWrite> = {};
  for (const [path, { shape, value }] of model.state())
    tensors[path] = { shape, values: (await value.data<"float32">()) as Float32Array };
  model.dispose();
  return {
    "config.json": JSON.stringify(maeFamily.huggingFace.write(config)),
    "model.safetensors": writeSafetensors(tensors),
  };
}

/** The repositories that the pages name. Random weights stand for published ones; what is trained is the embedded model, which is small. */
export async function drawRepositories(): Promise<SmallHub["repositories"]> {
  const embedded = Object.fromEntries(
    await Promise.all(
      ["config.json", "model.safetensors"].map(
        async (name) => [name, await readFile(file(`packages/pipeline/models/vit_cifar10/${name}`))] as const,
      ),
    ),
  );
  const tiny = await drawnModel("vit_tiny_patch16_224");
  return {
    "timm/vit_tiny_patch16_224.augreg_in21k_ft_in1k": tiny,
    "timm/vit_tiny_patch16_224.augreg_in21k": embedded,
    "timm/deit_tiny_patch16_224.fb_in1k": await drawnModel("deit_tiny_patch16_224"),
    "google/vit-base-patch16-224": tiny,
    "facebook/detr-resnet-50": await drawnDetector(),
    "facebook/vit-mae-base": await drawnInpainter(),
    "org/name": await drawnModel("vit_tiny_patch16_224", 32),
  };
}
