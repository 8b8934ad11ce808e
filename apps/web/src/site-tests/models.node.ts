import { join } from "node:path";
import { expect, test } from "vitest";
import { best, frog, give, modelFolder } from "./files.node.ts";
import { serve } from "./serve.node.ts";
import { type Site, expectNothingWrong, visit } from "./site.node.ts";

export function testModels(site: () => Site): void {
  test("runs a model from its two files, chosen or dropped", async () => {
    await using seen = await visit(site());
    const { page } = seen;
    await page.getByLabel("Model", { exact: true }).selectOption("files");
    await page
      .getByLabel(/^Files/)
      .setInputFiles(["model.safetensors", "config.json"].map((name) => join(modelFolder, name)));
    await page.locator(".model-line", { hasText: "model.safetensors" }).waitFor();
    await page.getByLabel("Picture file").setInputFiles(frog);
    await best(page, "frog");
    await page.getByLabel("Model", { exact: true }).selectOption("embedded");
    await page.locator(".model-line", { hasText: "vit_cifar10" }).waitFor();
    await give(page, "drop", join(modelFolder, "config.json"), join(modelFolder, "model.safetensors"));
    await page.locator(".model-line", { hasText: "model.safetensors" }).waitFor();
    expect(await page.getByLabel("Model", { exact: true }).inputValue()).toBe("files");
    await best(page, "frog");
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

  test("runs a model at an address on another origin", async () => {
    const headers = () => ({ "Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "*" });
    const other = await serve(modelFolder, { headers, ranges: false });
    try {
      await using seen = await visit(site());
      const { page } = seen;
      await page.getByLabel("Model", { exact: true }).selectOption("address");
      await page.getByLabel(/^Address/).fill(`${other.origin}config.json`);
      await page.getByRole("button", { name: "Load" }).click();
      await page.locator(".model-line", { hasText: "127.0.0.1" }).or(page.getByRole("alert")).waitFor();
      expect(await page.getByRole("alert").allTextContents()).toEqual([]);
      await page.getByLabel("Picture file").setInputFiles(frog);
      await best(page, "frog");
      expect(other.sent.some(({ path }) => path === "/model.safetensors")).toBe(true);
      expectNothingWrong(seen);
    } finally {
      await other.close();
    }
  });
}
