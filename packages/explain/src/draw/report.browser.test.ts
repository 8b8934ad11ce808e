import { afterEach, expect, test } from "vitest";
import { reportPage } from "./report.ts";

const pixel = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw==";
const map = { values: Float32Array.of(0, 1, 2, 3), rows: 2, columns: 2 };
/** Two blocks of two heads, a class token and 2×2 patches: each token looks at the next, in block 1 at itself. */
const attention = {
  images: 1,
  tokens: 5,
  prefix: 1,
  grid: [2, 2] as const,
  blocks: [0, 1].map((block) => ({
    path: `blocks.${block}.attn`,
    heads: 2,
    values: Float32Array.from({ length: 50 }, (_, i) => Number(i % 5 === ((Math.floor(i / 5) % 5) + 1 - block) % 5)),
  })),
};
const page = reportPage({
  title: "Why </script><b>“frog”?",
  subtitle: "frog.jpg",
  picture: { href: pixel, width: 300, height: 200 },
  frame: { left: 50, top: 0, width: 200, height: 200 },
  answers: [{ label: "</script><i>frog", score: 0.9 }],
  maps: [
    { title: "First", about: "The first </script>.", map },
    { title: "Second", about: "The second.", map, signed: true },
  ],
  attention,
  figures: [{ title: "A figure", about: "It says", svg: "<svg></svg>" }],
  notes: ["nothing"],
});

let frame: HTMLIFrameElement | undefined;
afterEach(() => frame?.remove());

/** The page as it is opened, in a frame. */
async function opened(): Promise<Document> {
  frame = document.createElement("iframe");
  Object.assign(frame, { width: "900", height: "700", srcdoc: page });
  const loaded = new Promise((resolve) => frame!.addEventListener("load", resolve, { once: true }));
  document.body.append(frame);
  await loaded;
  return frame.contentDocument!;
}

/** Colour and cover of a map where a share of it is passed. */
function at(layer: HTMLCanvasElement, y: number, x: number): number[] {
  const [left, top] = [Math.floor(x * layer.width), Math.floor(y * layer.height)];
  return [...layer.getContext("2d")!.getImageData(left, top, 1, 1).data];
}

test("shows each method when it is asked for, and lies where the model has looked", async () => {
  const inside = await opened();
  const layer = inside.querySelector<HTMLCanvasElement>("#layer")!;
  const about = () => inside.querySelector("#about")!.textContent;
  expect(about()).toBe("The first </script>.");
  const [picture, shown] = [layer.parentElement!.getBoundingClientRect(), layer.getBoundingClientRect()];
  expect((shown.left - picture.left) / picture.width).toBeCloseTo(1 / 6, 2);
  expect(shown.width / picture.width).toBeCloseTo(2 / 3, 2);
  expect(at(layer, 0.75, 0.75)[3]).toBeGreaterThan(at(layer, 0.25, 0.25)[3]!);
  const methods = [...inside.querySelectorAll<HTMLButtonElement>("#methods button")];
  expect(methods.map(({ textContent }) => textContent)).toEqual(["First", "Second", "Attention"]);
  methods[1]!.click();
  expect([about(), methods[1]!.getAttribute("aria-pressed")]).toEqual(["The second.", "true"]);
  expect(inside.querySelectorAll("#all canvas")).toHaveLength(2);
  expect(inside.querySelector("b i, h1 b")).toBeNull();
});

test("shows where a patch looks that is pointed at, in the block and head of the sliders", async () => {
  const inside = await opened();
  const layer = inside.querySelector<HTMLCanvasElement>("#layer")!;
  const [, , button] = inside.querySelectorAll<HTMLButtonElement>("#methods button");
  button!.click();
  expect(inside.querySelector<HTMLElement>("#sliders")!.hidden).toBe(false);
  const stage = layer.parentElement!;
  const box = layer.getBoundingClientRect();
  const point = { clientX: box.left + 0.2 * box.width, clientY: box.top + 0.2 * box.height };
  stage.dispatchEvent(new (inside.defaultView as unknown as typeof globalThis).PointerEvent("pointermove", point));
  expect(inside.querySelector("#about")!.textContent).toBe("Where the patch in row 0, column 0 looks.");
  // The last block is chosen, where each looks at itself.
  expect(at(layer, 0.25, 0.25)[3]).toBeGreaterThan(230);
  expect(at(layer, 0.25, 0.75)[3]).toBeLessThan(150);
  const block = inside.querySelector<HTMLInputElement>("#block")!;
  block.value = "0";
  block.dispatchEvent(new Event("input"));
  expect(at(layer, 0.25, 0.75)[3]).toBeGreaterThan(230);
  stage.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", cancelable: true }));
  expect(inside.querySelector("#about")!.textContent).toBe("Where the patch in row 1, column 0 looks.");
});

test("asks nobody for anything", () => {
  expect(page).toContain(`default-src 'none'`);
  expect(page.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|\bsrc="(?!data:)/);
});
