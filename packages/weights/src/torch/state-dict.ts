import { FormatError, type StoredTensor, listed, printable } from "@tessera/core";
import { underEntry } from "../entry.ts";
import { type PickleValue, TensorValue } from "../pickle/value.ts";

/** Names under which training scripts keep the weights, the best ones first: averaged weights are what papers report. */
const wrappers = [
  "state_dict_ema",
  "model_ema",
  "ema_state_dict",
  "model_ema_state_dict",
  "ema_model",
  "averaged_model",
  "ema",
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
  /** Names of other sets of weights, one of which could be meant instead: `["student"]`. */
  others: string[];
}

type Dict = Map<PickleValue, PickleValue>;

/** Looks into each dict once, however often a pickle refers to it. */
function tensorFinder(): (dict: Dict) => boolean {
  const known = new Map<Dict, boolean>();
  return (dict) => {
    const before = known.get(dict);
    if (before !== undefined) return before;
    let has = false;
    for (const value of dict.values()) if ((has = value instanceof TensorValue)) break;
    known.set(dict, has);
    return has;
  };
}

/** The dicts in a dict under some of its names. */
function dictsIn(dict: Dict, names: Iterable<PickleValue>): (readonly [string, Dict])[] {
  const found: (readonly [string, Dict])[] = [];
  for (const name of names) {
    const value = dict.get(name);
    if (typeof name === "string" && value instanceof Map) found.push([name, value]);
  }
  return found;
}

/** The only dict of tensors in a dict, whatever its name. */
function onlyOne(dict: Dict, hasTensors: (dict: Dict) => boolean): readonly [string, Dict] | undefined {
  const others = dictsIn(dict, dict.keys()).filter(([, value]) => hasTensors(value));
  return others.length === 1 ? others[0] : undefined;
}

/** Whether a few steps from a dict lead to tensors. Level by level: a pickle may nest as deep as it likes, and refer to itself. */
function leadsToTensors(start: Dict, hasTensors: (dict: Dict) => boolean): boolean {
  const seen = new Set([start]);
  let level = [start];
  for (let depth = 0; depth < deepest && level.length > 0; depth++) {
    const next: Dict[] = [];
    for (const dict of level) {
      const wrapped = dictsIn(dict, wrappers).map(([, value]) => value);
      if (wrapped.some(hasTensors) || onlyOne(dict, hasTensors)) return true;
      for (const value of wrapped) if (!seen.has(value)) next.push(value);
      for (const value of wrapped) seen.add(value);
    }
    level = next;
  }
  return false;
}

/** The dict to go on with, undefined when `dict` is the one itself. */
function inner(dict: Dict, hasTensors: (dict: Dict) => boolean): readonly [string, Dict] | undefined {
  const wrapped = dictsIn(dict, wrappers);
  const found = wrapped.find(([, value]) => hasTensors(value));
  if (found || hasTensors(dict)) return found;
  return wrapped.find(([, value]) => leadsToTensors(value, hasTensors)) ?? onlyOne(dict, hasTensors);
}

/** Other dicts with weights of a model than the one that is taken. */
function besides(dict: Dict, taken: string, hasTensors: (dict: Dict) => boolean): string[] {
  return dictsIn(dict, wrappers).flatMap(([name, value]) => (name !== taken && hasTensors(value) ? [name] : []));
}

/** The dict that an entry names: `student`, or `state_dict.student` where that lies deeper. */
function named(root: Dict, entry: string): Dict | undefined {
  const whole = root.get(entry);
  if (whole instanceof Map) return whole;
  let dict: PickleValue | undefined = root;
  for (const name of entry.split(".")) dict = dict instanceof Map ? dict.get(name) : undefined;
  return dict instanceof Map ? dict : undefined;
}

/** Names of a dict's entries, for an error. */
function namesOf(dict: Dict): string {
  return listed(keysOf(dict));
}

function* keysOf(dict: Dict): Generator<string> {
  for (const key of dict.keys()) if (typeof key === "string") yield key;
}

/**
 * Finds the weights in what a pickle held: a dict of tensors, or one a few known names down.
 *
 * @param entry the name of the dict to take, or what stands before the names to take, where a file has several: `student`
 * @throws FormatError when there is none, or no way to choose
 */
export function findStateDict(root: PickleValue, where: string, entry?: string): StateDict {
  if (!(root instanceof Map))
    throw new FormatError(`${where}: expected a dict of tensors, got another value; save model.state_dict()`);
  const ignored: string[] = [];
  const path: string[] = [];
  const others: string[] = [];
  const hasTensors = tensorFinder();
  let dict = root;
  const chosen = entry === undefined ? undefined : named(root, entry);
  for (let depth = 0; depth < deepest; depth++) {
    const next = depth === 0 && chosen ? ([entry!, chosen] as const) : inner(dict, hasTensors);
    if (!next) break;
    if (entry === undefined)
      others.push(...besides(dict, next[0], hasTensors).map((name) => [...path, name].join(".")));
    for (const key of keysOf(dict))
      if (key !== next[0] && !next[0].startsWith(`${key}.`)) ignored.push([...path, printable(key)].join("."));
    path.push(printable(next[0]));
    dict = next[1];
  }
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of dict) {
    if (value instanceof TensorValue && typeof name === "string") tensors.set(name, value.tensor);
    else ignored.push([...path, typeof name === "string" ? printable(name) : "a key that is no text"].join("."));
  }
  if (tensors.size > 0 && (entry === undefined || chosen)) return { tensors, ignored, path, others };
  if (tensors.size > 0) return { tensors: underEntry(tensors, entry!, where), ignored, path, others };
  throw new FormatError(
    `${where}: expected a dict of tensors, got ${namesOf(root) || "an empty dict"}; save model.state_dict(), or name the entry`,
  );
}
