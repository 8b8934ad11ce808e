import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { environment } from "./environment.node.ts";

const names = [
  "HF_ENDPOINT HF_HOME HF_HUB_CACHE HF_HUB_DISABLE_IMPLICIT_TOKEN HF_HUB_OFFLINE HF_TOKEN HF_TOKEN_PATH",
  "HUGGING_FACE_HUB_TOKEN HUGGINGFACE_HUB_CACHE TRANSFORMERS_OFFLINE XDG_CACHE_HOME",
].flatMap((line) => line.split(" "));

function given(variables: Record<string, string>): ReturnType<typeof environment> {
  for (const name of names) vi.stubEnv(name, variables[name]);
  return environment({});
}
afterEach(() => void vi.unstubAllEnvs());

test.each<[Record<string, string>, string]>([
  [{ HF_HOME: "/here", HF_HUB_CACHE: "" }, join("/here", "hub")],
  [{}, join(homedir(), ".cache/huggingface/hub")],
  [{ XDG_CACHE_HOME: "/xdg" }, "/xdg/huggingface/hub"],
  [{ XDG_CACHE_HOME: "/xdg", HF_HOME: "/home" }, "/home/hub"],
  [{ HF_HOME: "~/hf" }, join(homedir(), "hf/hub")],
  [{ HF_HOME: "/home", HUGGINGFACE_HUB_CACHE: "/old" }, "/old"],
  [{ HF_HOME: "/home", HUGGINGFACE_HUB_CACHE: "/old", HF_HUB_CACHE: "${HF_HOME}/new" }, "/home/new"],
])("with %j the cache is %s", async (variables, cacheDir) => {
  expect((await given(variables)).cacheDir).toBe(cacheDir);
});

test("finds the token where Python's client leaves it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "tessera-hub-"));
  const path = join(folder, "token");
  await writeFile(path, "hf_file\n");
  expect((await given({ HF_HOME: folder })).token).toBe("hf_file");
  expect((await given({ HF_TOKEN_PATH: path })).token).toBe("hf_file");
  expect((await given({ HF_HOME: folder, HF_TOKEN: " hf_variable\n" })).token).toBe("hf_variable");
  expect((await given({ HF_HOME: folder, HF_TOKEN: "" })).token).toBe("hf_file");
  expect((await given({ HUGGING_FACE_HUB_TOKEN: "hf_old" })).token).toBe("hf_old");
  expect((await given({ HF_TOKEN: "hf_x", HF_HUB_DISABLE_IMPLICIT_TOKEN: "1" })).token).toBeUndefined();
  expect((await given({ HF_HOME: "/nowhere" })).token).toBeUndefined();
  await rm(folder, { recursive: true });
});

test("reads flags and the endpoint", async () => {
  expect(await given({ HF_HUB_OFFLINE: "1", HF_ENDPOINT: "http://mirror" })).toMatchObject({
    offline: true,
    endpoint: "http://mirror",
  });
  expect((await given({ TRANSFORMERS_OFFLINE: "TRUE" })).offline).toBe(true);
  expect(await given({ HF_HUB_OFFLINE: "0", HF_ENDPOINT: "" })).toMatchObject({ offline: false, endpoint: undefined });
});
