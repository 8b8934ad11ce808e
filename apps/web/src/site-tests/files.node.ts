import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Locator, Page } from "playwright";

const repository = new URL("../../../../", import.meta.url);

/** A file of the repository, by its path in it. */
const pathOf = (path: string) => fileURLToPath(new URL(path, repository));

export const frog = pathOf("examples/images/frog.jpg");
export const truck = pathOf("examples/images/truck.jpg");
export const modelFolder = pathOf("packages/pipeline/models/vit_cifar10");
/** One tiny ViT in every format, with random weights. */
export const tinyFolder = pathOf("packages/weights/src/__fixtures__");

/** As timm would write it for `tinyFolder`'s weights. */
export const tinyConfig = {
  architecture: "vit",
  num_classes: 10,
  model_args: { img_size: 32, patch_size: 8, embed_dim: 48, depth: 2, num_heads: 3 },
  pretrained_cfg: { input_size: [3, 32, 32], crop_pct: 1, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
};

/** Drags files or folders from elsewhere and drops them on the page: real ones, with the browser's own events. */
export async function drop(page: Page, ...files: string[]): Promise<void> {
  await dropAt(page, { x: 200, y: 300 }, files);
}

/** Drops them on a part of the page. */
export async function dropOnto(part: Locator, ...files: string[]): Promise<void> {
  await part.scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await part.boundingBox())!;
  await dropAt(part.page(), { x: x + width / 2, y: y + height / 2 }, files);
}

async function dropAt(page: Page, at: { x: number; y: number }, files: string[]): Promise<void> {
  const debug = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await debug.send("Input.dispatchDragEvent", { type, ...at, data });
  await debug.detach();
}

/** The tiny ViT's weights, and its config. */
export async function tinyFiles({ write }: Awaited<ReturnType<typeof temporary>>): Promise<string[]> {
  return [join(tinyFolder, "timm.safetensors"), await write("config.json", JSON.stringify(tinyConfig))];
}

/** Puts one of the site's pictures on the clipboard, as PNG, and pastes it by the keyboard. */
export async function paste(page: Page, picture: string): Promise<void> {
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.evaluate(async (address) => {
    const bitmap = await createImageBitmap(await (await fetch(address)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext("2d")!.drawImage(bitmap, 0, 0);
    await navigator.clipboard.write([new ClipboardItem({ "image/png": await canvas.convertToBlob() })]);
  }, picture);
  await page.keyboard.press("Control+V");
}

/** A folder for a test's files. */
export async function temporary(): Promise<
  AsyncDisposable & { path: string; write: (name: string, bytes: Uint8Array | string) => Promise<string> }
> {
  const path = await mkdtemp(join(tmpdir(), "tessera-files-"));
  return {
    path,
    async write(name, bytes) {
      await writeFile(join(path, name), bytes);
      return join(path, name);
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

/** The likeliest class that the page shows, once it shows that. */
export function best(page: Page, label: string): Promise<void> {
  return page.locator(".results :not(.stale) > .classes li:first-child", { hasText: label }).waitFor();
}
