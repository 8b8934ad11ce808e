import { join } from "node:path";
import { expect, test } from "vitest";
import { drop, frog, modelFolder, temporary, tinyFiles } from "./files.node.ts";
import { press } from "./keyboard.node.ts";
import { type Site, expectNothingWrong, openTab, visit } from "./site.node.ts";

export function testCompare(site: () => Site): void {
  test("compares one model in two places, and says it again by its address", async () => {
    await using folder = await temporary();
    const tiny = await tinyFiles(folder);
    await using seen = await visit(site());
    const { page } = seen;
    await page.goto(`${site().origin}#compare?left=wasm&right=cpu&picture=frog.jpg`);
    await page.getByText("Both look at frog.jpg.").waitFor();
    for (const name of ["Left", "Right"]) {
      const side = page.getByRole("region", { name, exact: true });
      await side.getByLabel("Model", { exact: true }).selectOption("files");
      await side.getByLabel(/^Files/).setInputFiles(tiny);
    }
    await page.getByRole("button", { name: "Compare" }).click();
    await page.locator(".verdict").waitFor();
    const difference = Number(await page.getByTestId("difference").textContent());
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1e-4);
    const answers: (string | null)[] = [];
    for (const [name, backend] of [
      ["Left", "wasm"],
      ["Right", "cpu"],
    ] as const) {
      const answer = page.getByRole("region", { name: `${name} answer` });
      answers.push(await answer.locator(".classes").textContent());
      expect(await answer.locator(".model-line").textContent()).toMatch(new RegExp(`on ${backend}.*licence: not said`));
      await answer.getByRole("img", { name: "What speaks for class" }).waitFor();
    }
    expect(answers[1]).toBe(answers[0]);
    await expect.poll(() => page.url()).toMatch(/#compare\?left=wasm&right=cpu&picture=frog.jpg$/);
    await page.getByText("The same in code").click();
    expect(await page.locator(".code pre").first().textContent()).toContain('await useBackend("cpu");');
    // Only a button is between an address and the hub.
    await page.getByRole("button", { name: "Choose a ViT and a TNT" }).click();
    await expect.poll(() => page.url()).toContain("right-model=timm%2Ftnt_s_patch16_224.in1k");
    expectNothingWrong(seen);
  });

  test("the keyboard suffices to compare a model on WebGPU with itself on wasm", async () => {
    await using folder = await temporary();
    const tiny = await tinyFiles(folder);
    const seen = await site().onEveryBackend();
    const { page } = seen;
    await openTab(page, "Compare");
    for (const [name, backend] of [
      ["Left", "webgpu"],
      ["Right", "wasm"],
    ] as const) {
      const side = page.getByRole("region", { name, exact: true });
      await side.getByLabel("Model", { exact: true }).selectOption("files");
      await side.getByLabel(/^Files/).setInputFiles(tiny);
      await side.getByLabel(/^Files/).focus();
      await press(page, "Tab", "Backend");
      await page.keyboard.type(backend);
    }
    await press(page, "Tab", "Compare");
    await page.keyboard.press("Enter");
    await page.locator(".verdict").waitFor();
    const difference = Number(await page.getByTestId("difference").textContent());
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1e-3);
    for (const [side, backend] of [
      ["Left", "webgpu"],
      ["Right", "wasm"],
    ] as const)
      await page
        .getByRole("region", { name: `${side} answer` })
        .locator(".model-line", { hasText: `on ${backend}` })
        .waitFor();
    expectNothingWrong(seen);
  });

  test("compares two checkpoints, is cancelled at once, and says which side is broken", async () => {
    await using folder = await temporary();
    const tiny = await tinyFiles(folder);
    await using broken = await temporary();
    const cut = [await broken.write("model.safetensors", "no weights"), join(modelFolder, "config.json")];
    await using seen = await visit(site());
    const { page } = seen;
    await openTab(page, "Compare");
    const compare = page.getByRole("button", { name: "Compare" });
    const right = page.getByRole("region", { name: "Right", exact: true });
    const left = page.getByRole("region", { name: "Left", exact: true });
    for (const side of [left, right]) await side.getByLabel("Backend").selectOption("wasm");
    await right.getByLabel("Model", { exact: true }).selectOption("files");
    await right.getByLabel(/^Files/).setInputFiles(tiny);
    await drop(page, frog);
    await compare.click();
    await page.getByRole("button", { name: "Cancel" }).click();
    await compare.and(page.locator(":enabled")).click();
    await page.getByText("They know other classes").waitFor();
    await page.getByRole("region", { name: "Right answer" }).getByText("class ").first().waitFor();
    await right.getByLabel(/^Files/).setInputFiles(cut);
    await compare.click();
    await page.getByRole("alert").getByText("The model could not be loaded").waitFor();
    expectNothingWrong(seen);
  });
}
