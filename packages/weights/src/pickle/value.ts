import type { StoredTensor } from "@tessera/core";

/** A name that a pickle refers to: a class, a function or a constant of Python. It is never looked up anywhere. */
export class Global {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** An object of a class that only carries data. What it carries is dropped. */
export class Placeholder {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** Something that lies outside of the pickle, which names it by a persistent id. What it is, its policy knows. */
export class External {
  readonly key: string;
  constructor(key: string) {
    this.key = key;
  }
}

/** A tensor that a pickle described. */
export class TensorValue {
  readonly tensor: StoredTensor;
  constructor(tensor: StoredTensor) {
    this.tensor = tensor;
  }
}

/** What a pickle may hold: Python's plain values, with lists and tuples as arrays and dicts as Maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | Global
  | Placeholder
  | External
  | TensorValue;
