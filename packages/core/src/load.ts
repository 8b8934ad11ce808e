import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import type { Checkpoint, StoredTensor } from "./checkpoint.ts";
import { TesseraError } from "./errors.ts";
import type { Param } from "./param.ts";
import { Random } from "./random.ts";
import { type Shape, sameShape } from "./shape.ts";
import { printable, shown } from "./untrusted-text.ts";

/** Differences of a kind that an error lists: those of a whole ViT-H, and not all that a file may hold. */
const mostRows = 600;
const highestRank = 8;

export interface LoadOptions {
  /** Initialises the head anew where the checkpoint's has another class count or is missing, instead of failing. @default false */
  resetHead?: boolean;
  /** Seed of what `resetHead` draws. @default 0 */
  seed?: number | string;
  /** Is called after each tensor. */
  onProgress?: (progress: { loaded: number; total: number }) => void;
  /** Is called for each tensor of another shape that a module adapted: a position table of another grid, resampled. */
  onAdapt?: (adapted: { path: string; from: Shape; to: Shape }) => void;
  /** Is called for each tensor that `resetHead` draws anew. */
  onDraw?: (drawn: { path: string }) => void;
  /** Stops between two tensors, and leaves the model as it was. */
  signal?: AbortSignal;
}

/** What loading needs of a module. */
interface Loadable {
  readonly headPaths: readonly string[];
  state(): Map<string, Param>;
  modules(): Map<string, { adapt?(path: string, stored: StoredTensor, shape: Shape): StoredTensor | undefined }>;
}

/** @internal See `Module.load`. */
export async function loadInto(
  module: Loadable,
  source: Checkpoint | ReadonlyMap<string, StoredTensor> | Record<string, Tensor>,
  options: LoadOptions,
): Promise<void> {
  const { resetHead = false, seed = 0, onProgress, onAdapt, onDraw, signal } = options;
  const stored = storedTensors(source);
  const params = module.state();
  const plan = match(module, params, stored, resetHead);

  const staged: [Param, Tensor][] = [];
  try {
    for (const [path, tensorOf] of plan) {
      signal?.throwIfAborted();
      const param = params.get(path)!;
      const given = stored.get(path);
      if (tensorOf === "draw") onDraw?.({ path });
      if (given && given !== tensorOf && tensorOf !== "draw") onAdapt?.({ path, from: given.shape, to: param.shape });
      const values =
        tensorOf === "draw" ? param.initializer(new Random(seed).fork(path), param.shape) : await tensorOf.read(signal);
      if (values.length !== param.size) {
        throw new TesseraError(
          `load: expected ${param.size} values for ${path}, got ${values.length}; the checkpoint is damaged`,
        );
      }
      staged.push([param, tensor(toFloat32(values, path), [...param.shape], "float32")]);
      onProgress?.({ loaded: staged.length, total: plan.size });
    }
    for (const [param, values] of staged) param.set(values);
  } finally {
    for (const [, values] of staged) values.dispose();
  }
}

type Planned = StoredTensor | "draw";

/** Where each parameter's values come from; throws with every difference at once. */
function match(
  module: Loadable,
  params: Map<string, Param>,
  stored: Map<string, StoredTensor>,
  resetHead: boolean,
): Map<string, Planned> {
  const plan = new Map<string, Planned>();
  const missing: string[] = [];
  const misshaped: string[] = [];
  const isHead = (path: string) =>
    resetHead && module.headPaths.some((head) => path === head || path.startsWith(`${head}.`));

  for (const [path, param] of params) {
    const found = stored.get(path);
    const fitting = found && (sameShape(found.shape, param.shape) ? found : adapted(module, path, found, param.shape));
    if (fitting) plan.set(path, fitting);
    else if (isHead(path)) plan.set(path, "draw");
    else if (found) misshaped.push(`${path}: expected ${sizes(param.shape)}, got ${sizes(found.shape)}`);
    else missing.push(`${path}: expected ${sizes(param.shape)}, got nothing`);
  }
  const unexpected = [...stored].filter(([path]) => !params.has(path) && !isHead(path));
  if (missing.length + misshaped.length + unexpected.length > 0) {
    const extra = unexpected.map(([path, { shape }]) => `${printable(path)}: got ${sizes(shape)}`);
    throw mismatch(module, missing, extra, misshaped);
  }
  return plan;
}

/** A shape as people write it; one that is no tensor's is cut. */
function sizes(shape: Shape): string {
  return shape.length > highestRank ? shown(shape) : `[${shape.join(", ")}]`;
}

function shownRows(rows: readonly string[]): string {
  const more = rows.length > mostRows ? [`… and ${rows.length - mostRows} more`] : [];
  return [...rows.slice(0, mostRows), ...more].map((row) => `    ${row}`).join("\n");
}

function mismatch(module: Loadable, missing: string[], unexpected: string[], misshaped: string[]): TesseraError {
  const list = (title: string, rows: string[]) =>
    rows.length > 0 ? `\n  ${title} (${rows.length}):\n${shownRows(rows)}` : "";
  const onHead = [...missing, ...misshaped, ...unexpected].every((row) =>
    module.headPaths.some((head) => row.startsWith(`${head}.`)),
  );
  const cure = onHead
    ? "\nOnly the head differs: pass { resetHead: true } to begin it anew, and train it."
    : "\nIs the checkpoint of another variant?";
  return new TesseraError(
    `load: expected the ${module.state().size} parameters of ${module.constructor.name}, got a checkpoint that differs` +
      list("missing", missing) +
      list("unexpected", unexpected) +
      list("mis-shaped", misshaped) +
      cure,
    { code: onHead ? "head-mismatch" : "invalid" },
  );
}

/** Asks the modules that hold the parameter, the nearest first, to mend a shape. */
function adapted(module: Loadable, path: string, stored: StoredTensor, shape: Shape): StoredTensor | undefined {
  const holders = [...module.modules()].filter(
    ([holder]) => holder === "" || path === holder || path.startsWith(`${holder}.`),
  );
  for (const [holder, part] of holders.reverse()) {
    const relative = holder === "" ? path : path.slice(holder.length + 1);
    const mended = part.adapt?.(relative, stored, shape);
    if (mended && sameShape(mended.shape, shape)) return mended;
  }
  return undefined;
}

function storedTensors(
  source: Checkpoint | ReadonlyMap<string, StoredTensor> | Record<string, Tensor>,
): Map<string, StoredTensor> {
  if (source instanceof Map) return source;
  if (isCheckpoint(source)) return new Map(source.tensors);
  return new Map(
    Object.entries(source as Record<string, Tensor>).map(([path, values]) => [
      path,
      { dtype: "F32", shape: values.shape, read: async () => (await values.data<"float32">()) as Float32Array },
    ]),
  );
}

function isCheckpoint(source: object): source is Checkpoint {
  return "tensors" in source && (source as Checkpoint).tensors instanceof Map;
}

function toFloat32(values: Exclude<Awaited<ReturnType<StoredTensor["read"]>>, never>, path: string): Float32Array {
  if (values instanceof Float32Array) return values;
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
    throw new TesseraError(
      `load: expected floating-point values for ${path}, got 64-bit integers; this is no model weight`,
    );
  }
  return Float32Array.from(values);
}
