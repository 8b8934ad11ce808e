import { FormatError, printable, shown } from "@tessera/core";
import type { PicklePolicy } from "../pickle/unpickle.ts";
import type { WorkBudget } from "../pickle/work.ts";
import { External, Global, Placeholder, type PickleValue, TensorValue } from "../pickle/value.ts";
import { type DtypeName, byteLength } from "../values/dtype.ts";
import { inertNames, storageTypes, torchDtypes, unsupportedTensors } from "./known-names.ts";
import { type Storage, viewTensor } from "./storage.ts";

/** The only functions of Python that a checkpoint may call, as what they make of their arguments. */
type Rebuild = (args: PickleValue[], work: WorkBudget) => PickleValue;

/** As many axes as PyTorch itself allows (`dim_bitset_size`); models have four. */
const highestRank = 64;
/** All tensors together are at most so many times the file: some share values, and some repeat them (stride 0). */
const mostRepeats = 16;

const storageName = /^torch\.(?:cuda\.|storage\.)?(\w{1,64}Storage)$/;

/** A list of its own, paid for. What is no list has nothing in it. */
function copied<T extends PickleValue>(items: T[] | PickleValue | undefined, work: WorkBudget): T[] {
  if (!Array.isArray(items)) return [];
  work.spend(items.length);
  return items.slice() as T[];
}

function isNumber(value: PickleValue): value is number {
  return typeof value === "number";
}

function isPair(item: PickleValue): item is [PickleValue, PickleValue] {
  return Array.isArray(item) && item.length === 2;
}

function storageDtype({ name }: Global): DtypeName | undefined {
  const type = storageName.exec(name)?.[1] ?? "";
  return Object.hasOwn(storageTypes, type) ? storageTypes[type] : undefined;
}

function torchDtype(value: PickleValue | undefined): DtypeName | undefined {
  const name = value instanceof Global ? value.name.replace(/^torch\./, "") : "";
  return Object.hasOwn(torchDtypes, name) ? torchDtypes[name] : undefined;
}

type TypedStorage = Storage & { dtype: DtypeName };

class StorageRef extends External {
  readonly storage: TypedStorage;
  /** Where its first value is. */
  readonly offset: number;
  constructor(storage: TypedStorage, offset: number) {
    super(storage.key);
    this.storage = storage;
    this.offset = offset;
  }
}

/** Builds the tensors of one file, and gathers the storages that they need. */
export class TensorBuilder implements PicklePolicy {
  /** By key. Where each lies in the file is found out later. */
  readonly storages = new Map<string, TypedStorage>();
  readonly #where: string;
  readonly #largest: number;
  readonly #calls: Readonly<Record<string, Rebuild>>;
  /** Bytes of all tensors until now. */
  #bytes = 0;

  /** @param largest bytes that a tensor may take */
  constructor(where: string, largest: number) {
    this.#where = where;
    this.#largest = largest;
    const tensor: Rebuild = ([storage, offset, size, stride], work) =>
      this.#tensor(work, storage, offset, size, stride);
    const first: Rebuild = ([data]) => data ?? null;
    const list: Rebuild = ([items], work) => copied(items, work);
    const dict: Rebuild = ([items], work) => {
      work.make();
      const pairs = copied(items, work);
      if (pairs.every(isPair)) return new Map(pairs);
      throw this.#damaged("a dict's keys and values in pairs");
    };
    const set: Rebuild = ([items], work) => {
      work.make();
      return new Set(copied(items, work));
    };
    const tensors: Record<string, Rebuild> = {
      "torch._utils._rebuild_tensor": tensor,
      "torch._utils._rebuild_tensor_v2": tensor,
      "torch._utils._rebuild_tensor_v3": ([storage, offset, size, stride, , , dtype], work) =>
        this.#tensor(work, storage, offset, size, stride, dtype),
    };
    this.#calls = {
      ...tensors,
      // a tensor with attributes or of a subclass: what makes it, its class, the arguments, the attributes
      "torch._tensor._rebuild_from_type_v2": ([callee, , args], work) => {
        const make = callee instanceof Global && Object.hasOwn(tensors, callee.name) ? tensors[callee.name] : undefined;
        if (!make || !Array.isArray(args)) throw this.#damaged("how a tensor is made, and of what");
        return make(args, work);
      },
      "torch._utils._rebuild_parameter": first,
      "torch._utils._rebuild_parameter_with_state": first,
      "torch.Size": list,
      "collections.OrderedDict": dict,
      "builtins.dict": dict,
      "builtins.list": list,
      "builtins.tuple": list,
      "builtins.set": set,
      "builtins.frozenset": set,
      "__builtin__.dict": dict,
      "__builtin__.list": list,
      "__builtin__.tuple": list,
      "__builtin__.set": set,
      "__builtin__.frozenset": set,
    };
  }

  global(name: string): Global | Placeholder | undefined {
    if (inertNames.has(name)) return new Placeholder(name);
    const kind = Object.hasOwn(unsupportedTensors, name) ? unsupportedTensors[name] : undefined;
    if (kind)
      throw new FormatError(
        `${this.#where}: expected dense tensors, got ${kind} (${name}); save the model in plain float tensors`,
      );
    const named = new Global(name);
    return Object.hasOwn(this.#calls, name) || storageName.test(name) || torchDtype(named) ? named : undefined;
  }

  call({ name }: Global, args: PickleValue[], work: WorkBudget): PickleValue | undefined {
    return Object.hasOwn(this.#calls, name) ? this.#calls[name]!(args, work) : undefined;
  }

  #damaged(expected: string, got = "something else"): FormatError {
    return new FormatError(`${this.#where}: expected ${expected}, got ${got}; the file is damaged`);
  }

  /** `('storage', class, key, device, length)`, and in old files a view of another storage as a sixth. */
  external(id: PickleValue): StorageRef | undefined {
    const [kind, type, key, , count, view = null] = Array.isArray(id) ? id : [];
    if (kind !== "storage") return undefined;
    if (!(type instanceof Global) || typeof key !== "string" || typeof count !== "number")
      throw this.#damaged("a storage by class, key and length");
    const dtype = storageDtype(type);
    if (!dtype)
      throw new FormatError(
        `${this.#where}: expected a storage of ${Object.keys(storageTypes).join(", ")}, got ${printable(type.name)}; save the model in float32`,
      );
    const bytes = byteLength(dtype, [count]);
    if (bytes === undefined) throw this.#damaged("a storage's length");
    const known = this.storages.get(key);
    if (known && (known.bytes !== bytes || known.dtype !== dtype))
      throw this.#damaged(`one length and type for storage ${key}`);
    const storage = known ?? { key, bytes, dtype, littleEndian: true };
    this.storages.set(key, storage);
    const offset = Array.isArray(view) ? view[1] : 0;
    if (typeof offset !== "number") throw this.#damaged("where a storage's view starts");
    return new StorageRef(storage, offset);
  }

  #tensor(
    work: WorkBudget,
    ref: PickleValue | undefined,
    start: PickleValue | undefined,
    size: PickleValue | undefined,
    stride: PickleValue | undefined,
    type?: PickleValue,
  ): TensorValue {
    if (!(ref instanceof StorageRef)) throw this.#damaged("a tensor's storage");
    const { storage, offset } = ref;
    const dtype = type === undefined ? storage.dtype : torchDtype(type);
    if (!dtype) throw this.#damaged("a dtype of PyTorch");
    if (!Array.isArray(size) || !Array.isArray(stride) || typeof start !== "number")
      throw this.#damaged("a tensor's offset, size and strides");
    if (Math.max(size.length, stride.length) > highestRank)
      throw this.#damaged(`a tensor of at most ${highestRank} axes`, String(size.length));
    if (!size.every(isNumber) || !stride.every(isNumber))
      throw this.#damaged("sizes and strides that are numbers", `${shown(size)} and ${shown(stride)}`);
    // copies: what comes later in the pickle may still change the lists
    const view = { dtype, offset: offset + start, shape: copied(size, work), strides: copied(stride, work) };
    const tensor = viewTensor(storage, view, { where: this.#where, largest: this.#largest });
    this.#bytes += byteLength(dtype, tensor.shape)!;
    if (this.#bytes > mostRepeats * this.#largest)
      throw this.#damaged(`tensors of at most ${mostRepeats} times the file's bytes`, "more");
    return new TensorValue(tensor);
  }
}
