import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { imageClassifier } from "@tessera/pipeline";
import type { Page } from "playwright";
import { expect, test } from "vitest";
import { dropOnto, temporary, tinyFiles } from "./files.node.ts";
import { press } from "./keyboard.node.ts";
import { tasksWhile } from "./main-thread.node.ts";
import { type Site, expectNothingWrong, openTab, visit } from "./site.node.ts";

type Folder = Awaited<ReturnType<typeof temporary>>;

export function testTeach(site: () => Site): void {
  test("teaches two classes with every method, tells what it learnt, and the files are a model", async () => {
    await using folder = await temporary();
    const [reds, blues] = await colours(folder, 6);
    const broken = await folder.write("broken.png", (await readFile(reds[0]!)).subarray(0, 40));
    await using seen = await visit(site());
    const { page } = seen;
    await page.goto(`${site().origin}#teach?learn=probe&on=wasm`);
    await chooseTiny(page, folder);
    // One that is broken is told, and the rest go on.
    await page.getByLabel("Picture files of Class 1").setInputFiles([...reds, broken]);
    await page.getByRole("alert").getByText("A picture could not be read").waitFor();
    await page.getByText("6 pictures", { exact: true }).waitFor();
    await page.getByText("Give one more class pictures.").waitFor();
    await dropOnto(page.locator(".taught").last(), ...blues);
    await expect.poll(() => page.getByText("6 pictures", { exact: true }).count()).toBe(2);
    await rename(page, 0, "red");
    await rename(page, 1, "blue");
    await page.getByLabel("Picture file", { exact: true }).setInputFiles(blues[0]!);
    for (const method of ["probe", "lora", "head"]) {
      await page.getByLabel("What learns").selectOption(method);
      if (method === "lora") await page.getByLabel("Passes").selectOption("5");
      await train(page);
      expect(await page.getByTestId("told").textContent(), method).toContain("100.0");
      await page.locator(".classes li:first-child", { hasText: "blue" }).waitFor();
      expect(await page.locator(".curves polyline").count()).toBe(method === "probe" ? 0 : 3);
    }
    expect(await page.locator(".confusion td").allTextContents()).toEqual(["1", "0", "0", "1"]);
    await expect.poll(() => page.url()).toMatch(/#teach\?passes=5&on=wasm$/);
    // What other tabs do leaves it as it is.
    await openTab(page, "Backends");
    await openTab(page, "Teach");
    await page.getByText("6 pictures", { exact: true }).first().waitFor();
    await page.getByRole("button", { name: "Make its files" }).click();
    const files: Record<string, Blob> = {};
    for (const file of ["model.safetensors", "config.json"]) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name: file }).click(),
      ]);
      files[file] = new Blob([await readFile(await download.path())]);
    }
    using classifier = await imageClassifier({ weights: files["model.safetensors"]!, config: files["config.json"]! });
    expect(classifier.labels).toEqual(["red", "blue"]);
    for (const [picture, label] of [
      [reds[1]!, "red"],
      [blues[1]!, "blue"],
    ] as const)
      expect((await classifier(picture))[0]!.label).toBe(label);
    // Step by step back to the beginning.
    for (const what of ["the training", "the training", "the training", /^renaming/, /^renaming/, "adding 6 pictures"])
      await page.getByRole("button", { name: typeof what === "string" ? `Undo ${what}` : /^Undo renaming/ }).click();
    await page.getByText("0 pictures", { exact: true }).waitFor();
    await page.getByText("Give one more class pictures.").waitFor();
    expectNothingWrong(seen);
  });

  test("takes 1,000 pictures without keeping the page or its memory, and is cancelled midway", async () => {
    await using folder = await temporary();
    await using seen = await visit(site());
    const { page } = seen;
    await openTab(page, "Teach");
    await page.getByLabel("Backend", { exact: true }).selectOption("wasm");
    await chooseTiny(page, folder);
    await page.getByLabel("Passes").selectOption("5");
    const some = await chosen(page, 300, "red");
    await some();
    await page.getByText(/^Reading pictures [1-9]/).waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Add pictures to Class 1" }).and(page.locator(":enabled")).waitFor();
    expect(await page.getByText("0 pictures", { exact: true }).count()).toBe(2);
    const choose = await chosen(page, 500, "red", "blue");
    const before = await heap(page);
    const tasks = await tasksWhile(site().browser, page, async () => {
      await choose();
      await page.getByText("500 pictures", { exact: true }).nth(1).waitFor();
      await train(page);
    });
    expect(await page.getByTestId("told").textContent()).toContain("100.0");
    expect(tasks.length).toBeGreaterThan(100);
    expect(tasks.filter(({ computed }) => computed > 50)).toEqual([]);
    expect(await page.locator(".thumbnails img").count()).toBeLessThan(30);
    // Decoded, they would take 12 MB.
    expect((await heap(page)) - before).toBeLessThan(3e6);
    // A training is cancelled, and leaves the one before.
    await page.getByLabel("What learns").selectOption("lora");
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByTestId("told").waitFor();
    await page.getByRole("button", { name: "Remove Class 1" }).click();
    await page.getByText("This is of before your last change").waitFor();
    expectNothingWrong(seen);
  });

  test("the keyboard suffices to teach, on WebGPU", async () => {
    await using folder = await temporary();
    const [reds, blues] = await colours(folder, 4);
    const seen = await site().onEveryBackend();
    const { page } = seen;
    await openTab(page, "Teach");
    await page.getByLabel("Backend", { exact: true }).selectOption("webgpu");
    await chooseTiny(page, folder);
    await page.getByRole("button", { name: "Add a class" }).focus();
    for (const [at, pictures] of [reds, blues].entries()) {
      const chooser = page.waitForEvent("filechooser");
      await press(page, "Tab", `Add pictures to Class ${at + 1}`);
      await page.keyboard.press("Enter");
      await (await chooser).setFiles(pictures);
      await page.getByText("4 pictures", { exact: true }).nth(at).waitFor();
      await press(page, "Shift+Tab", "Name of the class");
      await page.keyboard.press("Control+A");
      await page.keyboard.type(["warm", "cold"][at]!);
      await page.keyboard.press("Enter");
    }
    await press(page, "Tab", "Train");
    await page.keyboard.press("Enter");
    await page.locator(".model-line", { hasText: "on webgpu" }).waitFor();
    await page.getByTestId("told").waitFor();
    await press(page, "Shift+Tab", /^Undo the training/);
    await page.keyboard.press("Enter");
    await expect.poll(() => page.getByTestId("told").count()).toBe(0);
    expectNothingWrong(seen);
  });

  test("takes pictures of the camera, and tries what it learnt on it, live", async () => {
    await using folder = await temporary();
    await colours(folder, 2);
    await using seen = await visit(site());
    const { page } = seen;
    await openTab(page, "Teach");
    await page.getByLabel("Backend", { exact: true }).selectOption("wasm");
    await chooseTiny(page, folder);
    await page.getByRole("button", { name: "Use the camera" }).click();
    await page.getByRole("button", { name: "Take 10 pictures of Class 1" }).click();
    await page.getByText("10 pictures", { exact: true }).waitFor();
    // A folder is a class of its name; the class that waited for pictures makes room.
    await page.getByLabel("Folder of classes").setInputFiles(join(folder.path, "red"));
    await page.getByText("2 pictures", { exact: true }).waitFor();
    expect(await page.locator(".taught").evaluateAll((all) => all.map((one) => one.ariaLabel))).toEqual([
      "Class 1",
      "red",
    ]);
    await page.getByLabel("What learns").selectOption("probe");
    await train(page);
    await page.locator(".classes li:first-child", { hasText: "Class 1" }).waitFor();
    await page.getByRole("button", { name: "Undo the training" }).click();
    await page.getByRole("button", { name: "Undo adding 2 pictures" }).click();
    await page.getByRole("button", { name: "Undo adding 10 pictures" }).click();
    expect(await page.getByText("0 pictures", { exact: true }).count()).toBe(2);
    expectNothingWrong(seen);
  });
}

/**
 * Files of classes that the page holds; the returned function chooses them. By Playwright the choice itself would keep the
 * page for half a second: Chromium asks the disk of each.
 */
async function chosen(page: Page, count: number, ...names: string[]): Promise<() => Promise<void>> {
  const pictures = names.map((name) =>
    Array.from({ length: count }, (_, i) => square(64, colourOf(name, i)).toString("base64")),
  );
  const lists = await page.evaluateHandle(
    (all) =>
      all.map((some) => {
        const transfer = new DataTransfer();
        for (const text of some) {
          const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
          transfer.items.add(new File([bytes], "picture.png", { type: "image/png" }));
        }
        return transfer.files;
      }),
    pictures,
  );
  return () =>
    lists.evaluate((files) => {
      const inputs = document.querySelectorAll<HTMLInputElement>(".taught input[type=file]");
      for (const [i, list] of files.entries()) {
        inputs[i]!.files = list;
        inputs[i]!.dispatchEvent(new Event("change"));
      }
    });
}

/** Bytes of the page's own objects, after what nobody holds is gone. */
async function heap(page: Page): Promise<number> {
  const debug = await page.context().newCDPSession(page);
  await debug.send("HeapProfiler.collectGarbage");
  const { usedSize } = await debug.send("Runtime.getHeapUsage");
  await debug.detach();
  return usedSize;
}

/** Pictures of two colours, each a little different, in a folder for each. */
async function colours({ path, write }: Folder, count: number): Promise<[reds: string[], blues: string[]]> {
  const of = async (name: string) => {
    await mkdir(join(path, name));
    const one = (_: unknown, i: number) => write(join(name, `${i}.png`), square(16, colourOf(name, i)));
    return Promise.all(Array.from({ length: count }, one));
  };
  return [await of("red"), await of("blue")];
}

function colourOf(name: string, i: number): number[] {
  const [strong, weak] = [220 - (i % 60), 60 - (i % 60)];
  return name === "red" ? [strong, (7 * i) % 60, weak] : [weak, (7 * i) % 60, strong];
}

/** A square of one colour. */
function square(side: number, colour: readonly number[]): Buffer {
  const row = [0, ...Array.from({ length: side }, () => colour).flat()];
  const part = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const header = Buffer.from([0, 0, 0, side, 0, 0, 0, side, 8, 2, 0, 0, 0]);
  const pixels = deflateSync(Buffer.from(Array.from({ length: side }, () => row).flat()));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, part("IHDR", header), part("IDAT", pixels), part("IEND", Buffer.alloc(0))]);
}

/** A tiny model, so that a GPU in software can train it. */
async function chooseTiny(page: Page, folder: Folder): Promise<void> {
  await page.getByLabel("Model", { exact: true }).selectOption("files");
  await page.getByLabel(/^Files of a model/).setInputFiles(await tinyFiles(folder));
}

async function rename(page: Page, at: number, to: string): Promise<void> {
  const field = page.getByLabel("Name of the class").nth(at);
  await field.fill(to);
  await field.press("Enter");
}

/** Trains, and waits for the end. */
async function train(page: Page): Promise<void> {
  const button = page.getByRole("button", { name: "Train", exact: true });
  await button.click();
  await page.getByText("This is of before your last change").waitFor({ state: "hidden" });
  await page.locator(".verdict").waitFor();
  await button.and(page.locator(":enabled")).waitFor();
}
