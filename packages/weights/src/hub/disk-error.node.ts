import { TesseraError } from "@tessera/core";

const readOnly = "which may not be written to; give it permissions or set HF_HUB_CACHE to another folder";

const advice: Readonly<Record<string, string>> = {
  ENOSPC: "a full disk; make room or set HF_HUB_CACHE to another disk, what was downloaded is kept and continued",
  EDQUOT: "a used up quota; make room or set HF_HUB_CACHE to another disk, what was downloaded is kept and continued",
  EROFS: `a read-only disk, ${readOnly}`,
  EACCES: `a folder ${readOnly}`,
  EPERM: `a folder ${readOnly}`,
  ENOTDIR: "a file where a folder should be; check HF_HUB_CACHE",
  EEXIST: "a file where a folder should be; check HF_HUB_CACHE",
  EMFILE: "too many open files; download fewer at a time",
  ENAMETOOLONG: "a path that is too long; set HF_HUB_CACHE to a shorter one",
};

/** Says what the system's error means for the cache; other errors pass as they are. */
export function diskError(cause: unknown, where: string, cacheDir: string): unknown {
  const { code, syscall } = (cause ?? {}) as NodeJS.ErrnoException;
  if (TesseraError.isInstance(cause) || typeof code !== "string" || !syscall) return cause;
  const got = advice[code] ?? `${String(cause)}; check HF_HUB_CACHE`;
  return new TesseraError(`${where}: expected to write into ${cacheDir}, got ${got}`, { cause });
}

export function hasCode(error: unknown, ...codes: string[]): boolean {
  return codes.includes((error as NodeJS.ErrnoException | undefined)?.code ?? "");
}
