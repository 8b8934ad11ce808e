import { type Tensor, keep, tidy } from "@tensorflow/tfjs-core";
import type { Context } from "./context.ts";
import { TesseraError } from "./errors.ts";

/** Anything with a forward that takes a context, whatever it gives. */
interface Forward<I> {
  forward(input: I, ctx?: Context): unknown;
}

/**
 * Runs a model once and keeps the intermediates whose path fits a pattern: the output of any module by its path
 * (`blocks.3.mlp`), and what layers offer besides (`blocks.3.attn.weights`). `*` stands for one part of a path, `**` for
 * any number. Taps switch the fused path off where it would hide a value.
 *
 * @returns the tensors by path, owned by the caller.
 * @throws {TesseraError} if a pattern fits nothing, with the paths that there are.
 */
export function capture<I>(
  model: Forward<I>,
  input: I,
  patterns: readonly string[],
  ctx: Context = {},
): Record<string, Tensor> {
  const rules = patterns.map((pattern) => ({ pattern, rule: compile(pattern), used: false }));
  const kept: Record<string, Tensor> = {};
  const seen: string[] = [];
  const take = (path: string, compute: () => Tensor) => {
    seen.push(path);
    const fitting = rules.filter(({ rule }) => rule.test(path));
    if (fitting.length === 0) return;
    for (const rule of fitting) rule.used = true;
    kept[path]?.dispose(); // a part that runs twice shows its last value
    kept[path] = keep(compute().clone());
  };
  try {
    tidy(() => {
      model.forward(input, { ...ctx, capture: take });
    });
    const unused = rules.filter(({ used }) => !used).map(({ pattern }) => `"${pattern}"`);
    if (unused.length > 0) {
      throw new TesseraError(
        `capture: expected a path of the model, got ${unused.join(", ")}; the paths are ${seen.filter(Boolean).join(", ")}`,
      );
    }
    return kept;
  } catch (error) {
    for (const value of Object.values(kept)) value.dispose();
    throw error;
  }
}

function compile(pattern: string): RegExp {
  const source = pattern
    .split("**")
    .map((part) => part.split("*").map(escape).join("[^.]+"))
    .join(".*");
  return new RegExp(`^${source}$`);
}

function escape(text: string): string {
  return text.replace(/[.+?^${}()|[\]\\]/g, "\\$&");
}
