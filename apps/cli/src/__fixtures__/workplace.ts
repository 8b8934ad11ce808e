import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Vit } from "@tessera/vit";
import { saveSafetensors } from "@tessera/weights";
import sharp from "sharp";

/** The repository's own pictures. */
export const drawn = fileURLToPath(new URL("../../../../examples/images/", import.meta.url));

export interface Workplace {
  folder: string;
  path: (...names: string[]) => string;
  /** Writes a file, and the folders that it lies in. */
  write: (name: string, content: string | Uint8Array) => Promise<string>;
  /** Writes a picture of one colour. */
  picture: (name: string, size?: { width: number; height: number }) => Promise<string>;
  /** Writes the smallest model, of three classes, as timm writes models. */
  model: (name: string) => Promise<string>;
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
    model: async (name) => {
      await write(`${name}/config.json`, JSON.stringify(config));
      await saveSafetensors(path(name, "model.safetensors"), await weights());
      return path(name);
    },
    dispose: () => rm(folder, { recursive: true }),
  };
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
