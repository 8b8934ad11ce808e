import { FormatError, type StoredTensor } from "@tessera/core";
import { type PickleValue, TensorValue } from "../pickle/value.ts";

/** Names under which training scripts keep the weights, the best ones first: averaged weights are what papers report. */
const wrappers = [
  "state_dict_ema",
  "model_ema",
  "state_dict",
  "model_state_dict",
  "model",
  "module",
  "teacher",
  "student",
  "net",
  "network",
  "params",
];
const deepest = 4;

export interface StateDict {
  tensors: Map<string, StoredTensor>;
  /** What was beside the weights: `optimizer`, `args`, `epoch`. */
  ignored: string[];
  /** The names that led to the weights: `["model"]`. */
  path: string[];
}

type Dict = Map<PickleValue, PickleValue>;

function hasTensors(dict: Dict): boolean {
  for (const value of dict.values()) if (value instanceof TensorValue) return true;
  return false;
}

/**
 * The dict to go on with, undefined when `dict` is the one itself.
 *
 * @param seen dicts that were tried: a pickle may refer to itself
 */
function inner(dict: Dict, seen: Set<Dict>): readonly [string, Dict] | undefined {
  const dicts = (names: Iterable<PickleValue>): (readonly [string, Dict])[] =>
    [...names].flatMap((name) => {
      const value = dict.get(name);
      return typeof name === "string" && value instanceof Map ? [[name, value] as const] : [];
    });
  const wrapped = dicts(wrappers);
  const found = wrapped.find(([, value]) => hasTensors(value));
  if (found || hasTensors(dict)) return found;
  for (const next of wrapped) {
    if (seen.has(next[1])) continue;
    seen.add(next[1]);
    if (inner(next[1], seen)) return next;
  }
  const others = dicts(dict.keys()).filter(([, value]) => hasTensors(value));
  return others.length === 1 ? others[0] : undefined;
}

/**
 * Finds the weights in what a pickle held: a dict of tensors, or one a few known names down.
 *
 * @param entry the name of the dict to take, where a file has several: `student`
 * @throws FormatError when there is none, or no way to choose
 */
export function findStateDict(root: PickleValue, where: string, entry?: string): StateDict {
  if (!(root instanceof Map))
    throw new FormatError(`${where}: expected a dict of tensors, got another value; save model.state_dict()`);
  const ignored: string[] = [];
  const path: string[] = [];
  let dict = root;
  for (let depth = 0; depth < deepest; depth++) {
    const chosen = depth === 0 && entry !== undefined ? dict.get(entry) : undefined;
    const next = chosen instanceof Map ? ([entry!, chosen] as const) : inner(dict, new Set([dict]));
    if (depth === 0 && entry !== undefined && next?.[0] !== entry) {
      throw new FormatError(
        `${where}: expected a dict ${entry}, got ${[...dict.keys()].filter((k) => typeof k === "string").join(", ")}; choose one of them`,
      );
    }
    if (!next) break;
    for (const key of dict.keys())
      if (key !== next[0] && typeof key === "string") ignored.push([...path, key].join("."));
    path.push(next[0]);
    dict = next[1];
  }
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of dict) {
    if (value instanceof TensorValue && typeof name === "string") tensors.set(name, value.tensor);
    else ignored.push([...path, typeof name === "string" ? name : "a key that is no text"].join("."));
  }
  if (tensors.size > 0) return { tensors, ignored, path };
  const names = [...root.keys()].filter((key) => typeof key === "string");
  throw new FormatError(
    `${where}: expected a dict of tensors, got ${names.slice(0, 8).join(", ") || "an empty dict"}; save model.state_dict(), or name the entry`,
  );
}
