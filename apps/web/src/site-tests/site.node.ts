import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page, chromium } from "playwright";
import { expect } from "vitest";
import { type StaticServer, serve } from "./serve.node.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const flags = [
  "--headless=new",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--enable-unsafe-swiftshader",
  "--use-angle=swiftshader",
  // The page itself is drawn without the GPU, which would be the processor with a detour.
  "--disable-gpu-compositing",
  "--disable-gpu-rasterization",
];
const withoutWebGpu = "--disable-features=WebGPU,WebGPUService";
const withWebGpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
/** A camera that shows a moving picture; one that the page must ask for, as users see it; none. */
const cameras = {
  allowed: ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
  asked: ["--use-fake-device-for-media-stream", "--deny-permission-prompts"],
  none: ["--use-fake-ui-for-media-stream"],
};

/** Backends that this Chromium has, its GPU being one in software. */
export const gpuBackends = ["webgpu", "webgl"] as const;

/** The built site, served with the documented headers, and a Chromium to open it in. */
export interface Site extends StaticServer {
  folder: string;
  browser: Browser;
  /** A profile that has been here before: the site and its model are kept. */
  returning: BrowserContext;
  /** A page that stays open: a GPU in software compiles a model's programs for long, and once for every test that runs them here. */
  onEveryBackend: () => Promise<Visit>;
}

const profile: BrowserContextOptions = { reducedMotion: "reduce" };

/** @throws where there is no Chromium: these tests are never left out. */
export async function openSite(): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), "tessera-site-"));
  await buildSite(folder);
  const server = await serve(folder);
  const browser = await launch();
  const returning = await browser.newContext(profile);
  let kept: Promise<Visit> | undefined;
  return {
    ...server,
    folder,
    browser,
    returning,
    onEveryBackend: () => (kept ??= visit({ returning, origin: server.origin })),
    async close() {
      await browser.close();
      await server.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** As `npm run web:build` does, in a process of its own: vitest's NODE_ENV would make another site. */
async function buildSite(folder: string): Promise<void> {
  const vite = join(dirname(createRequire(import.meta.url).resolve("vite/package.json")), "bin", "vite.js");
  const args = [vite, "build", "--outDir", folder, "--emptyOutDir", "--logLevel", "error"];
  await promisify(execFile)(process.execPath, args, { cwd: root, env: { ...process.env, NODE_ENV: "production" } });
}

export async function launch({
  webGpu = true,
  camera = "allowed",
}: { webGpu?: boolean; camera?: keyof typeof cameras } = {}): Promise<Browser> {
  // By its address: a package imports nothing from outside of itself.
  const finder = new URL("../../../../scripts/chromium.mjs", import.meta.url).href;
  const { findChromium } = (await import(finder)) as { findChromium: () => string | undefined };
  const executablePath = findChromium();
  if (!executablePath) throw new Error("expected Chromium, found none; install it or set CHROMIUM_PATH to it");
  const gpu = webGpu ? withWebGpu : [withoutWebGpu];
  return chromium.launch({ executablePath, args: [...flags, ...gpu, ...cameras[camera]] });
}

/** A page, with everything that went wrong in it. */
export interface Visit extends AsyncDisposable {
  page: Page;
  /** Errors and warnings of the console, uncaught errors, violations of the policy. */
  wrong: string[];
}

/** Opens the site as one who comes back. */
export async function visit({ returning, origin }: Pick<Site, "returning" | "origin">): Promise<Visit> {
  const page = await returning.newPage();
  const seen = await watched(page, origin);
  return { ...seen, [Symbol.asyncDispose]: () => page.close() };
}

/** Opens the site in a profile of its own, that was never here. */
export async function firstVisit(
  { browser, origin }: Pick<Site, "browser" | "origin">,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({ ...profile, ...options });
  const seen = await watched(await context.newPage(), origin);
  return { ...seen, [Symbol.asyncDispose]: () => context.close() };
}

async function watched(page: Page, origin: string): Promise<Pick<Visit, "page" | "wrong">> {
  page.setDefaultTimeout(60_000);
  const wrong: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) wrong.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => wrong.push(`uncaught: ${error.message}`));
  await page.exposeFunction("tesseraViolation", (text: string) => wrong.push(`policy: ${text}`));
  await page.addInitScript(() => {
    const { tesseraViolation } = globalThis as unknown as { tesseraViolation: (text: string) => void };
    addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
      tesseraViolation(`${violatedDirective} ${blockedURI}`),
    );
  });
  await page.goto(origin);
  return { page, wrong };
}

/** Opens a tab by hand. */
export async function openTab(page: Page, name: string): Promise<void> {
  await page.getByRole("tab", { name }).click();
}

/** Waits for the model: the first load, its weights and its warm-up. */
export async function modelReady(page: Page): Promise<void> {
  await page.getByText("2.6 M parameters").waitFor();
}

export function expectNothingWrong({ wrong }: Pick<Visit, "wrong">): void {
  expect(wrong).toEqual([]);
}
