import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import type { HubOptions } from "./options.ts";

const { env } = process;

/** `~` and `$NAME`, which Python expands in these variables too. */
function expanded(path: string): string {
  return path
    .replace(/^~(?=$|[\\/])/, homedir())
    .replace(/\$(?:\{(\w+)\}|(\w+))/g, (text, braced?: string, bare?: string) => env[braced ?? bare ?? ""] ?? text);
}

function home(): string {
  return expanded(env.HF_HOME || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "huggingface"));
}

async function tokenFrom(path: string): Promise<string | undefined> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.replaceAll(/[\r\n]/g, "").trim() || undefined;
}

/** What the same variables mean to Python's huggingface_hub; empty ones are as good as none. They are read anew each time. */
export async function environment(options: HubOptions): Promise<{
  endpoint?: string;
  token?: string;
  offline: boolean;
  cacheDir: string;
  seesRedirects: boolean;
}> {
  const isImplicit = options.token === undefined && !isTrue(env.HF_HUB_DISABLE_IMPLICIT_TOKEN);
  return {
    endpoint: env.HF_ENDPOINT || undefined,
    token: isImplicit
      ? (env.HF_TOKEN || env.HUGGING_FACE_HUB_TOKEN)?.trim() ||
        (await tokenFrom(expanded(env.HF_TOKEN_PATH || join(home(), "token"))))
      : undefined,
    offline: isTrue(env.HF_HUB_OFFLINE || env.TRANSFORMERS_OFFLINE),
    cacheDir: expanded(env.HF_HUB_CACHE || env.HUGGINGFACE_HUB_CACHE || join(home(), "hub")),
    seesRedirects: true,
  };
}

/** As Python's huggingface_hub reads flags. */
export function isTrue(flag: string | undefined): boolean {
  return /^(1|on|yes|true)$/i.test(flag ?? "");
}
