import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Random } from "@tessera/core";
import { Vit } from "@tessera/vit";
import { saveSafetensors } from "@tessera/weights";
import sharp from "sharp";
import { smallDetector } from "./small-detector.ts";
import { smallInpainter } from "./small-inpainter.ts";

/** The repository's own pictures. */
export const drawn = fileURLToPath(new URL("../../../../examples/images/", import.meta.url));

export interface Workplace {
  folder: string;
  path: (...names: string[]) => string;
  /** Writes a file, and the folders that it lies in. */
  write: (name: string, content: string | Uint8Array) => Promise<string>;
  /** Writes a picture of one colour. */
  picture: (name: string, size?: { width: number; height: number }) => Promise<string>;
  /** Writes a folder of small pictures a class: noise around a colour of its own, the same each time. */
  pictures: (name: string, classes: Readonly<Record<string, number>>) => Promise<string>;
  /** Writes the smallest model, of three classes, as timm writes models. */
  model: (name: string) => Promise<string>;
  /** Writes a small detector of three classes, as transformers writes its config. */
  detector: (name: string) => Promise<string>;
  /** Writes a small masked autoencoder, as transformers writes its config. */
  inpainter: (name: string) => Promise<string>;
  dispose: () => Promise<void>;
}

/** A temporary folder to work in. */
export async function workplace(): Promise<Workplace> {
  const folder = await mkdtemp(join(tmpdir(), "tessera-cli-"));
  const path = (...names: string[]) => join(folder, ...names);
  const write = async (name: string, content: string | Uint8Array) => {
    await mkdir(join(path(name), ".."), { recursive: true });
    await writeFile(path(name), content);
    return path(name);
  };
  return {
    folder,
    path,
    write,
    picture: async (name, size = { width: 9, height: 7 }) => {
      const image = sharp({ create: { ...size, channels: 3, background: { r: 200, g: 100, b: 50 } }, limitInputPixels: false });
      return write(name, await image.toFormat(name.endsWith(".png") ? "png" : "jpeg").toBuffer());
    },
    pictures: async (name, classes) => {
      for (const [number, [label, count]] of Object.entries(classes).entries()) {
        await mkdir(path(name, label), { recursive: true });
        for (let i = 0; i < count; i++) await write(`${name}/${label}/${i}.png`, await noise(number, i));
      }
      return path(name);
    },
    model: async (name) => {
      await write(`${name}/config.json`, JSON.stringify(config));
      await saveSafetensors(path(name, "model.safetensors"), await weights());
      return path(name);
    },
    detector: async (name) => {
      const { config: described, processor, weights: tensors } = await smallDetector();
      await write(`${name}/config.json`, JSON.stringify(described));
      await write(`${name}/preprocessor_config.json`, JSON.stringify(processor));
      await saveSafetensors(path(name, "model.safetensors"), tensors);
      return path(name);
    },
    inpainter: async (name) => {
      const { config: described, weights: tensors } = await smallInpainter();
      await write(`${name}/config.json`, JSON.stringify(described));
      await saveSafetensors(path(name, "model.safetensors"), tensors);
      return path(name);
    },
    dispose: () => rm(folder, { recursive: true }),
  };
}

function noise(colour: number, index: number): Promise<Buffer> {
  const random = new Random(`${colour}/${index}`);
  const means = [[150, 110, 110], [110, 150, 110], [110, 110, 150]][colour % 3]!;
  const bytes = Uint8Array.from({ length: 8 * 8 * 3 }, (_, i) => means[i % 3]! + Math.round(80 * (random.uniform() - 0.5)));
  return sharp(bytes, { raw: { width: 8, height: 8, channels: 3 } }).png().toBuffer();
}

const config = {
  architecture: "vit",
  num_classes: 3,
  label_names: ["red", "green", "blue"],
  model_args: { img_size: 8, patch_size: 4, embed_dim: 4, depth: 1, num_heads: 2, mlp_ratio: 1 },
  pretrained_cfg: { input_size: [3, 8, 8], crop_pct: 1, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
};

async function weights() {
  using model = new Vit({ imageSize: 8, patchSize: 4, width: 4, depth: 1, heads: 2, mlpDim: 4, classes: 3 }).init(1);
  const params = [...model.params()].map(async ([name, { shape, value }]) => [
    name,
    { shape, values: (await value.data<"float32">()) as Float32Array },
  ]);
  return Object.fromEntries(await Promise.all(params)) as Record<string, { shape: number[]; values: Float32Array }>;
}
