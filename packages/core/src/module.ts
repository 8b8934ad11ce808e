// Users who compile without `using` have no Symbol.dispose; every package that has one sees this.
/// <reference lib="esnext.disposable" preserve="true" />
import type { Checkpoint, StoredTensor } from "./checkpoint.ts";
import { TesseraError } from "./errors.ts";
import { refuseHidden } from "./hidden-parts.ts";
import { type LoadOptions, loadInto } from "./load.ts";
import { Param } from "./param.ts";
import { Random } from "./random.ts";
import type { Shape } from "./shape.ts";
import type { Tensor, Tensor4D } from "@tensorflow/tfjs-core";

const marker = Symbol.for("tessera.module");

/** What a module does to a shape, for `summarize`. */
export interface Description {
  output: Shape;
  /** Multiply-adds spent in the module itself, children not counted. @default 0 */
  macs?: number;
}

/** Another initialiser for the parameter at a path, or undefined to keep its own. */
export type InitScheme = (path: string, param: Param) => Param["initializer"] | undefined;

/**
 * A tree of parts: every field that holds a `Param`, a `Module` or an array of them belongs to it, and its path is the
 * field's name in snake_case, as timm writes it (`patchEmbed.proj.weight` is `patch_embed.proj.weight`). A field called
 * `self` adds nothing to the path: a module that is one table takes the table's name. Parts in a `Map`, a plain object or an
 * array of arrays are refused; in a `#private` field nobody can see them, so parts are plain fields (`private` or not).
 *
 * A subclass declares its parts in the constructor and computes in `forward`. To change a layer, wrap it or give another
 * part; concrete methods are not overridden.
 */
export abstract class Module {
  readonly [marker] = true;

  /** Paths of the parts that depend on the number of classes; `load` may initialise them anew. */
  readonly headPaths: readonly string[] = [];

  /**
   * True for a group of parts that checkpoints have no name for. Its parts have the paths that they would have in its owner;
   * the group itself has none, so it is not among the owner's `modules()` and has no row in `summarize`. @default false
   */
  readonly flatten: boolean = false;

  /** True for modules of any copy of this package. */
  static is(value: unknown): value is Module {
    return typeof value === "object" && value !== null && marker in value;
  }

  /** Shape rule: what `forward` makes of an input's shape. `child` describes a part and gives its output shape. */
  describe?(input: Shape, child: (part: Module, input: Shape) => Shape): Description;

  /**
   * Mends a stored tensor whose shape is not the parameter's (a position table of another grid), or says undefined, and
   * the mismatch is an error. `path` is relative to this module.
   */
  adapt?(path: string, stored: StoredTensor, shape: Shape): StoredTensor | undefined;

  /**
   * Takes from training pictures what a part needs of them before it learns, after `init`: filters of a whitening.
   * `initFromImages(model, images)` asks every part.
   */
  initFromImages?(images: Tensor4D): Promise<void>;

  /**
   * Layer of a parameter, counted from 0 at the input, where it does not follow from `blocks.N`: for rates that differ by layer.
   */
  layerOf?(path: string): number;

  /**
   * Every parameter by its path, in order of declaration.
   * @throws {TesseraError} if two have the same path, or a part is in a field that is not looked into.
   */
  params(): Map<string, Param> {
    return new Map([...this.state()].filter(([, param]) => !param.buffer));
  }

  /**
   * What a checkpoint holds: parameters and buffers by their paths, in order of declaration.
   * @throws {TesseraError} if two have the same path, or a part is in a field that is not looked into.
   */
  state(): Map<string, Param> {
    const found = new Map<string, Param>();
    if (!searched.has(this)) refuseHiddenIn(this);
    for (const [path, part] of walk(this, "")) {
      if (!Param.is(part)) continue;
      if (found.has(path))
        throw new TesseraError(`Module.params: expected one parameter at ${path}, got two; rename a field`);
      found.set(path, part);
    }
    return found;
  }

  /** This module under the path `""`, and every module below it. */
  modules(): Map<string, Module> {
    const found = new Map<string, Module>([["", this]]);
    for (const [path, part] of walk(this, "")) if (Module.is(part)) found.set(path, part);
    return found;
  }

  /** Number of values of all parameters, allocated or not; buffers are not counted. */
  get paramCount(): number {
    let count = 0;
    for (const param of this.params().values()) count += param.size;
    return count;
  }

  /**
   * Draws every parameter anew, and resets buffers. A parameter's values depend on the seed and its path only.
   * @throws {TesseraError} if there is none: they may be where nobody sees them.
   */
  init(seed: number | string, scheme?: InitScheme): this {
    expectParameters(this, "init");
    const random = new Random(seed);
    for (const [path, param] of this.state()) {
      const initializer = (param.buffer ? undefined : scheme?.(path, param)) ?? param.initializer;
      param.set(initializer(random.fork(path), param.shape));
    }
    return this;
  }

  /**
   * Takes the values of a checkpoint, all or none: names and shapes are compared before anything is read, and a failed
   * read leaves the module as it was.
   *
   * @throws {TesseraError} listing missing, unexpected and mis-shaped names, each with expected and got.
   */
  async load(
    source: Checkpoint | ReadonlyMap<string, StoredTensor> | Record<string, Tensor>,
    options: LoadOptions = {},
  ): Promise<this> {
    expectParameters(this, "load");
    await loadInto(this, source, options);
    return this;
  }

  /** Turns gradients on or off for every parameter, or for those whose path the filter takes. */
  setTrainable(on: boolean, filter: (path: string) => boolean = () => true): this {
    for (const [path, param] of this.params()) if (filter(path)) param.trainable = on;
    return this;
  }

  /** Frees all values. The module can be initialised or loaded again. */
  dispose(): void {
    for (const param of this.state().values()) param.dispose();
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

/** `count` modules made by `make`, to be a field: `blocks = repeat(12, (i) => new EncoderBlock(…))`. */
export function repeat<M extends Module>(count: number, make: (index: number) => M): M[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

function expectParameters(module: Module, where: string): void {
  // A pooling or an empty head has none, and knows what it does to a shape.
  if (module.state().size > 0 || module.describe) return;
  throw new TesseraError(
    `${where}: expected a model with parameters, got ${module.constructor.name} without any; ` +
      "parts in #private fields cannot be seen: make them plain fields, private or not",
  );
}

/** Trees in which no part is hidden. They are searched once: fields are declared in the constructor. */
const searched = new WeakSet<Module>();

function refuseHiddenIn(root: Module): void {
  const parts = [...walk(root, "")];
  const seen = new Set<unknown>([root, ...parts.map(([, part]) => part)]);
  const isPart = (value: unknown) => Param.is(value) || Module.is(value);
  for (const [path, owner] of [["", root] as const, ...parts]) {
    if (Module.is(owner)) refuseHidden(owner, path, isPart, (part) => seen.has(part));
  }
  searched.add(root);
}

function* walk(module: Module, prefix: string): Generator<[string, Module | Param]> {
  for (const [field, value] of Object.entries(module)) {
    if (Module.is(value) && value.flatten) {
      yield* walk(value, prefix);
      continue;
    }
    const path = join(prefix, field === "self" ? "" : snakeCase(field));
    const parts: [string, unknown][] = Array.isArray(value)
      ? value.map((part, i) => [join(path, String(i)), part])
      : [[path, value]];
    for (const [partPath, part] of parts) {
      if (Param.is(part)) yield [partPath, part];
      else if (Module.is(part)) {
        yield [partPath, part];
        yield* walk(part, partPath);
      }
    }
  }
}

function join(prefix: string, name: string): string {
  return prefix && name ? `${prefix}.${name}` : prefix || name;
}

/** A field's name as paths have it: `patchEmbed` is `patch_embed`. */
export function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
