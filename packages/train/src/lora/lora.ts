import type { Tensor } from "@tensorflow/tfjs-core";
import { Linear, type Module, type Param, Random, TesseraError, sameShape } from "@tessera/core";
import { headOf } from "../freezing/freeze.ts";
import { LoraLinear, type LoraPart } from "./lora-linear.ts";
import { LowRank } from "./low-rank.ts";

export interface LoraOptions {
  /** @default 4 */
  rank?: number;
  /** What is added is multiplied by alpha / rank. @default twice the rank */
  alpha?: number;
  /**
   * Whether a linear layer gets parts; not those within words of a TNT, whose op reads the weights by itself.
   * @default `attn.qkv`, `mlp.fc1` and `mlp.fc2`
   */
  targets?: (path: string) => boolean;
  /** Parts of a fused qkv. @default "qv", as in the paper */
  qkv?: "q" | "k" | "v" | "qk" | "qv" | "kv" | "qkv";
  /** Trains the head beside them. @default true */
  head?: boolean;
  /** @default 0 */
  seed?: number | string;
}

/** What LoRA added to a model. */
export interface Lora {
  /** Parameters that train, by the model's paths: the parts, and the head. */
  readonly params: ReadonlyMap<string, Param>;
  /** What a reader of the saved parameters has to know, as a safetensors file keeps it. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Values of `params`, owned by the model: a file of their own. */
  state(): Map<string, Tensor>;
  /**
   * Takes saved values, all or none; the tensors stay the caller's.
   * @throws {TesseraError} listing what does not fit.
   */
  restore(state: ReadonlyMap<string, Tensor>): void;
  /** Adds the parts to the weights and takes them off: the model is as it was made, and gives what it gave with them. */
  merge(): void;
  /** Takes the parts off and forgets them. */
  remove(): void;
}

/**
 * Low-rank adaptation, Hu et al. 2021: freezes a model and puts trainable parts of a low rank beside some of its weights. They
 * begin as nothing, so at first the model gives what it gave. Its own parameters keep their paths; parts lie below, at
 * `….lora.a`, or `….lora_q.a` of a fused qkv.
 *
 * @throws {TesseraError} if no layer is a target, or one has parts already.
 */
export function addLora(model: Module, options: LoraOptions = {}): Lora {
  const { rank = 4, alpha = 2 * rank, targets = isTarget, qkv = "qv", head = true, seed = 0 } = options;
  if (!Number.isInteger(rank) || rank < 1) throw new TesseraError(`addLora: expected a rank from 1, got ${rank}`);
  const isHead = head ? headOf(model) : () => false;
  const found = layersOf(model).filter(({ path }) => targets(path));
  if (found.length === 0)
    throw new TesseraError("addLora: expected linear layers among the targets, got none; are there parts already?");
  const before = new Map([...model.params().values()].map((param) => [param, param.trainable]));
  for (const [path, param] of model.params()) param.trainable = isHead(path);
  const random = new Random(seed);
  const wrapped = found.map(({ path, layer, replace }) => {
    const parts = partsOf(layer, path, rank, qkv);
    const whole = new LoraLinear(layer, parts, alpha / rank);
    for (const [name, param] of whole.params()) {
      if (!param.materialized) param.set(param.initializer(random.fork(`${path}.${name}`), param.shape));
    }
    replace(whole);
    return { layer, whole, replace };
  });
  const params = new Map([...model.params()].filter(([, { trainable }]) => trainable));

  function remove(): void {
    for (const { layer, whole, replace } of wrapped) {
      replace(layer);
      for (const [name, param] of whole.params()) if (name.startsWith("lora")) param.dispose();
    }
    for (const [param, trainable] of before) param.trainable = trainable;
  }

  return {
    params,
    metadata: { format: "tessera-lora", rank: String(rank), alpha: String(alpha), qkv },
    state: () => new Map([...params].map(([path, { value }]) => [path, value])),
    restore: (state) => restore(params, state),
    merge() {
      for (const { layer, whole } of wrapped) {
        const merged = whole.merged();
        layer.weight.set(merged);
        merged.dispose();
      }
      remove();
    },
    remove,
  };
}

const isTarget = (path: string): boolean => /(?:^|\.)(?:attn\.qkv|mlp\.fc[12])$/.test(path);

interface Place {
  path: string;
  layer: Linear;
  replace: (by: Module) => void;
}

/** Every linear layer of a model, and how another module takes its place. */
function layersOf(model: Module): Place[] {
  const found: Place[] = [];
  for (const [path, part] of model.modules()) {
    if (part instanceof LoraLinear) continue;
    for (const [field, layer] of Object.entries(part)) {
      if (!(layer instanceof Linear)) continue;
      const name = [...part.modules()].find(([, one]) => one === layer)![0];
      found.push({
        path: path ? `${path}.${name}` : name,
        layer,
        replace: (by) => void ((part as unknown as Record<string, unknown>)[field] = by),
      });
    }
  }
  return found;
}

function partsOf(layer: Linear, path: string, rank: number, qkv: string): Partial<Record<LoraPart, LowRank>> {
  const { inputs, outputs } = layer;
  if (!path.endsWith("qkv")) return { all: new LowRank(inputs, rank, 0, outputs) };
  const width = outputs / 3;
  const wanted = (["q", "k", "v"] as const).filter((name) => qkv.includes(name));
  return Object.fromEntries(
    wanted.map((name) => [name, new LowRank(inputs, rank, "qkv".indexOf(name) * width, width)]),
  );
}

function restore(params: ReadonlyMap<string, Param>, state: ReadonlyMap<string, Tensor>): void {
  const shown = (shape: readonly number[] | undefined) => (shape ? `[${shape.join(", ")}]` : "nothing");
  const paths = new Set([...params.keys(), ...state.keys()]);
  const wrong = [...paths].flatMap((path) => {
    const [expected, got] = [params.get(path)?.shape, state.get(path)?.shape];
    if (expected && got && sameShape(expected, got)) return [];
    return [`${path}: expected ${shown(expected)}, got ${shown(got)}`];
  });
  if (wrong.length > 0)
    throw new TesseraError(`Lora.restore: expected the parts of this model, got others:\n  ${wrong.join("\n  ")}`);
  for (const [path, param] of params) param.set(state.get(path)!);
}
