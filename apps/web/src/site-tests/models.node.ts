import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { best, drop, frog, modelFolder, temporary, tinyConfig, tinyFolder } from "./files.node.ts";
import { serveHub } from "./hub.node.ts";
import { serve } from "./serve.node.ts";
import { type Site, expectNothingWrong, visit } from "./site.node.ts";

const modelFiles = ["model.safetensors", "config.json"].map((name) => join(modelFolder, name));

export function testModels(site: () => Site): void {
  test("runs a model from its two files, chosen or dropped, and from their folder", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    const choice = page.getByLabel("Model", { exact: true });
    const embedded = () => page.locator(".model-line", { hasText: "vit_cifar10" }).waitFor();
    const given = () => page.locator(".model-line", { hasText: "model.safetensors" }).waitFor();
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    await choice.selectOption("files");
    await page.getByLabel(/^Files/).setInputFiles(modelFiles);
    await given();
    await best(page, "frog");
    for (const what of [modelFiles, [modelFolder]]) {
      await choice.selectOption("embedded");
      await embedded();
      await drop(page, ...what);
      await given();
      expect(await choice.inputValue()).toBe("files");
      await best(page, "frog");
    }
    expectNothingWrong(seen);
  });

  test("reads one model alike from .safetensors, .pth and .npz", async () => {
    await using folder = await temporary();
    const config = await folder.write("config.json", JSON.stringify(tinyConfig));
    await copyFile(join(tinyFolder, "wrapped_model.pth.tar"), join(folder.path, "model.pth"));
    await using seen = await visit(site());
    const { page } = seen;
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    const answers: string[] = [];
    for (const weights of [
      join(tinyFolder, "timm.safetensors"),
      join(folder.path, "model.pth"),
      join(tinyFolder, "google_compressed.npz"),
    ]) {
      await drop(page, weights, config);
      await page.locator(".model-line", { hasText: weights.replace(/.*\//, "") }).waitFor();
      await best(page, "class ");
      answers.push((await page.locator(".class-name").allTextContents()).join(", "));
    }
    expect(new Set(answers).size, answers.join("\n")).toBe(1);
    expectNothingWrong(seen);
  });

  test("runs nothing that a .pth asks for", async () => {
    await using folder = await temporary();
    const config = await folder.write("config.json", JSON.stringify(tinyConfig));
    await using seen = await visit(site());
    const { page } = seen;
    await page.locator(".model-line b").first().waitFor();
    await drop(page, join(tinyFolder, "malicious.pth"), config);
    const problem = page.getByRole("alert");
    await problem.getByText("The model could not be loaded").waitFor();
    expect(await problem.textContent()).toContain("system");
    expectNothingWrong(seen);
  });

  test("asks for the variant of weights that come alone", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await page.getByLabel("Model", { exact: true }).selectOption("files");
    await page.getByLabel(/^Files/).setInputFiles(join(modelFolder, "model.safetensors"));
    await page.getByLabel("Which variant is it?").selectOption("vit_tiny_patch16_224");
    // It is of none, and the difference is told.
    const problem = page.getByRole("alert");
    await problem.getByText("The model could not be loaded").waitFor();
    expect(await problem.textContent()).toContain("Is the checkpoint of another variant?");
    expectNothingWrong(seen);
  });

  test("runs a model at an address on another origin, which the page itself may not ask", async () => {
    const headers = () => ({ "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*" });
    const other = await serve(modelFolder, { headers, ranges: false });
    try {
      await using seen = await visit(site());
      const { page } = seen;
      await page.getByLabel("Model", { exact: true }).selectOption("address");
      await page.getByLabel(/^Address/).fill(`${other.origin}config.json`);
      await page.getByRole("button", { name: "Load" }).click();
      await page.locator(".model-line", { hasText: "127.0.0.1" }).waitFor();
      await page.getByLabel("Picture file").setInputFiles(frog);
      await best(page, "frog");
      expect(other.sent.some(({ path }) => path === "/model.safetensors")).toBe(true);
      expectNothingWrong(seen);
      const asked = other.sent.length;
      expect(await page.evaluate((url) => fetch(url).then(String, String), other.origin)).toContain("Failed to fetch");
      await expect.poll(() => seen.wrong.join("\n")).toContain("policy: connect-src");
      expect(other.sent).toHaveLength(asked);
    } finally {
      await other.close();
    }
  });

  test("runs a model of a hub by the address of its page, and again without that hub", async () => {
    const hub = await serveHub("org/name", modelFolder);
    await using seen = await visit(site());
    const { page } = seen;
    const load = async () => {
      await page.getByLabel("Model", { exact: true }).selectOption("address");
      await page.getByLabel(/^Address/).fill(`${hub.origin}/org/name/tree/main`);
      await page.getByRole("button", { name: "Load" }).click();
      await page.locator(".model-line", { hasText: "org/name" }).waitFor();
      await page.getByLabel("Picture file").setInputFiles(frog);
      await best(page, "frog");
    };
    try {
      await load();
    } finally {
      await hub.close();
    }
    expect(hub.seen.filter((path) => path.endsWith("/model.safetensors"))).toHaveLength(1);
    expectNothingWrong(seen);
    await page.reload();
    await load();
    expectNothingWrong({ wrong: seen.wrong.filter((line) => !line.includes("ERR_CONNECTION_REFUSED")) });
  });
}
