import type { BackendName } from "@tessera/backends";
import { TesseraError, printable, shown } from "@tessera/core";
import type { ParityReference, ParityReport } from "@tessera/pipeline";
import { openCheckpoint } from "@tessera/weights";
import { colours } from "../colours.ts";
import { loading } from "../loading.ts";
import { note, print, printJson } from "../report.ts";
import { interruption } from "../run-options.ts";
import type { Settings } from "../settings.ts";
import { table } from "../table.ts";

interface ParitySettings extends Settings {
  arch?: string;
  weights?: string;
  entry?: string;
  reference?: string;
  tolerance: number;
  batch: number;
  backend?: BackendName[];
}

/** `tessera parity`: one model on every backend of this machine, beside the first or a reference. 1 past the tolerance. */
export async function parity(spec: string | undefined, options: ParitySettings): Promise<number> {
  const { json, arch, weights, entry, tolerance, batch, backend: backends } = options;
  const signal = interruption();
  const reference = options.reference === undefined ? undefined : await readReference(options.reference);
  const [{ loadModel, parity: compare }, { useBackend }] = await Promise.all([
    import("@tessera/pipeline"),
    import("@tessera/backends"),
  ]);
  // The weights are loaded on the backend that every machine has, and copied from there to each of the others.
  await useBackend("cpu");
  const { model, name } = await loading((callbacks) => loadModel(spec, { ...callbacks, arch, weights, entry, signal }));
  try {
    const report = await compare(model, { backends, reference, batch, tolerance, signal });
    if (json) printJson({ model: name, reference: options.reference ?? report.rows[0]!.backend, tolerance, ...report });
    else show(report, options.verbose);
    const beside = options.reference ?? report.rows[0]!.backend;
    if (!json) note(`${name} beside ${beside}; a difference of ${tolerance} of the largest logit passes`);
    return report.passed ? 0 : 1;
  } finally {
    model.dispose();
  }
}

function show({ rows, skipped }: ParityReport, verbose: boolean | undefined): void {
  const number = (value: number) => value.toExponential(2);
  const cells = rows.map(({ backend, device, maxDifference, meanDifference, top1Agreement, ms, passed }) => [
    backend,
    number(maxDifference),
    number(meanDifference),
    `${(100 * top1Agreement).toFixed(0)} %`,
    ms.toFixed(1),
    passed ? colours.green("yes") : colours.red("no"),
    device,
  ]);
  const numbers = ["max difference", "mean", "same top-1", "ms"];
  print(table(["backend", ...numbers, "passed", "device"], cells, numbers));
  if (verbose) for (const { name, reason } of skipped) note(`not ${name}: ${reason}`);
}

/** A .safetensors with `input` [b, 3, h, w], as PyTorch has it, or [b, h, w, 3], and `logits` [b, classes]. */
async function readReference(file: string): Promise<ParityReference> {
  const checkpoint = await openCheckpoint(file);
  try {
    const [input, logits] = [checkpoint.tensors.get("input"), checkpoint.tensors.get("logits")];
    if (input?.shape.length !== 4 || logits?.shape.length !== 2 || logits.shape[0] !== input.shape[0]) {
      const got = [...checkpoint.tensors].slice(0, 5).map(([name, { shape }]) => `${printable(name)} ${shown(shape)}`);
      throw new TesseraError(
        `${file}: expected tensors "input" [b, 3, h, w] and "logits" [b, classes], got ${got.join(", ")}`,
      );
    }
    const values = Float32Array.from((await input.read()) as Float32Array);
    const channelsFirst = input.shape[1] === 3 && input.shape[3] !== 3;
    const images = channelsFirst ? channelsLast(values, input.shape) : { shape: input.shape, values };
    return { images, logits: Float32Array.from((await logits.read()) as Float32Array) };
  } finally {
    await checkpoint.dispose();
  }
}

/** [b, c, h, w] -> [b, h, w, c] */
function channelsLast(values: Float32Array, shape: readonly number[]): ParityReference["images"] {
  const [b, c, h, w] = shape as [number, number, number, number];
  const moved = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const [n, rest] = [Math.floor(i / (c * h * w)), i % (c * h * w)];
    moved[n * c * h * w + (rest % (h * w)) * c + Math.floor(rest / (h * w))] = values[i]!;
  }
  return { shape: [b, h, w, c], values: moved };
}
