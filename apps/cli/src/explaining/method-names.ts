import { InvalidArgumentError } from "commander";
import { closest } from "fastest-levenshtein";

/** What `--method` takes, besides `all`; their code is loaded when they run. A test compares with it. */
export const methodNames = ["relevance", "gradient-rollout", "rollout", "attention", "grad-cam", "integrated-gradients", "occlusion", "lens", "tokens", "trajectory", "distance", "positions", "filters", "inner", "trust", "sanity"] as const; // prettier-ignore

export type MethodName = (typeof methodNames)[number];

/** Names with commas between them, or `all`. @throws {InvalidArgumentError} if one is none, with the nearest. */
export function parseMethods(text: string): MethodName[] {
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("all")) return [...methodNames];
  for (const name of names) {
    if (isMethod(name)) continue;
    const best = closest(name.toLowerCase(), [...methodNames]);
    throw new InvalidArgumentError(`Did you mean ${best}? There are ${methodNames.join(", ")}, and all.`);
  }
  return [...new Set(names as MethodName[])];
}

/** "3,4" -> the patch in row 3 and column 4, from 0. @throws {InvalidArgumentError} if it is no such pair. */
export function parsePatch(text: string): { row: number; column: number } {
  const found = /^(\d+)\s*,\s*(\d+)$/.exec(text.trim());
  if (!found) throw new InvalidArgumentError("Expected row,column from 0, such as 3,4.");
  return { row: Number(found[1]), column: Number(found[2]) };
}

function isMethod(name: string): name is MethodName {
  return (methodNames as readonly string[]).includes(name);
}
