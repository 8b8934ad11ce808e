import { type Tensor, memory, tensor, tensor1d } from "@tensorflow/tfjs-core";
import { expectNoLeak } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import type { Checkpoint, StoredTensor, TensorValues } from "./checkpoint.ts";
import { TesseraError } from "./errors.ts";
import { zeros } from "./init/initializers.ts";
import { Linear } from "./layers/linear.ts";
import { Module } from "./module.ts";
import { Param } from "./param.ts";

class Model extends Module {
  override readonly headPaths = ["head"];
  readonly scale = new Param([2], zeros);
  readonly body = new Linear(2, 2);
  readonly head: Linear;

  constructor(classes = 3) {
    super();
    this.head = new Linear(2, classes);
  }
}

function stored(shape: number[], values: TensorValues): StoredTensor {
  return { dtype: "F32", shape, read: async () => values };
}

/** A file that fits `Model`, with values that count up. */
function file(): Map<string, StoredTensor> {
  const shapes = { scale: [2], "body.weight": [2, 2], "body.bias": [2], "head.weight": [3, 2], "head.bias": [3] };
  return new Map(
    Object.entries(shapes).map(([path, shape]) => {
      const size = shape.reduce((product, length) => product * length, 1);
      return [
        path,
        stored(
          shape,
          Float32Array.from({ length: size }, (_, i) => i + shape.length),
        ),
      ];
    }),
  );
}

function edited(changes: Record<string, StoredTensor | undefined>): Map<string, StoredTensor> {
  const tensors = file();
  for (const [path, change] of Object.entries(changes)) {
    if (change) tensors.set(path, change);
    else tensors.delete(path);
  }
  return tensors;
}

describe("sources", () => {
  test("a map of stored tensors", async () => {
    using model = new Model();
    expect(await model.load(file())).toBe(model);
    await expect(model.scale.value).toBeAllClose([1, 2]);
    await expect(model.body.weight.value).toBeAllClose([
      [2, 3],
      [4, 5],
    ]);
  });

  test("a checkpoint", async () => {
    const checkpoint: Checkpoint = { tensors: file(), metadata: {}, dispose: async () => {} };
    using model = await new Model().load(checkpoint);
    await expect(model.body.bias!.value).toBeAllClose([1, 2]);
  });

  test("tensors by name, which stay the caller's: another model's parameters", async () => {
    using from = new Model().init(1);
    const weights = Object.fromEntries(
      [...from.params()].map(([path, param]): [string, Tensor] => [path, param.value]),
    );
    using to = await new Model().load(weights);
    from.body.weight.set(new Float32Array(4));
    await expect(to.head.weight.value).toBeAllClose(from.head.weight.value);
    await expect(to.body.weight.value).not.toBeAllClose(from.body.weight.value);
  });

  test.each([
    ["float64", Float64Array.of(1.5, -2)],
    ["int8", Int8Array.of(1, -2)],
    ["uint16", Uint16Array.of(1, 2)],
  ])("%s values become float32", async (_, values) => {
    using model = await new Model().load(edited({ scale: stored([2], values) }));
    expect(model.scale.value.dtype).toBe("float32");
    await expect(model.scale.value).toBeAllClose([...values]);
  });

  test("64-bit integers are no weights", async () => {
    const loading = new Model().load(edited({ scale: stored([2], BigInt64Array.of(1n, 2n)) }));
    await expect(loading).rejects.toThrow("load: expected floating-point values for scale, got 64-bit integers");
  });
});

describe("differences are all listed before anything is read", () => {
  let reads = 0;
  const counting = (shape: number[]): StoredTensor => ({
    ...stored(shape, new Float32Array(1)),
    read: async () => {
      reads++;
      return new Float32Array(1);
    },
  });

  test("missing, unexpected, mis-shaped", async () => {
    const tensors = edited({
      scale: undefined,
      "body.weight": counting([4]),
      extra: counting([1, 7]),
      "body.bias": counting([2]),
    });
    const error = await new Model().load(tensors).catch((reason: unknown) => reason);
    expect(TesseraError.isInstance(error, "invalid")).toBe(true);
    expect((error as Error).message).toBe(
      "load: expected the 5 parameters of Model, got a checkpoint that differs" +
        "\n  missing (1):\n    scale: expected [2], got nothing" +
        "\n  unexpected (1):\n    extra: got [1, 7]" +
        "\n  mis-shaped (1):\n    body.weight: expected [2, 2], got [4]" +
        "\nIs the checkpoint of another variant?",
    );
    expect(reads).toBe(0);
  });

  test("an empty checkpoint", async () => {
    await expect(new Model().load(new Map())).rejects.toThrow("missing (5)");
  });

  test("where only the head differs, the cure is named", async () => {
    await expect(new Model(7).load(file())).rejects.toMatchObject({ code: "head-mismatch" });
    await expect(new Model(7).load(file())).rejects.toThrow(
      "\n  mis-shaped (2):\n    head.weight: expected [7, 2], got [3, 2]\n    head.bias: expected [7], got [3]" +
        "\nOnly the head differs: pass { resetHead: true } to begin it anew, and train it.",
    );
  });
});

describe("resetHead", () => {
  test("draws a head of other classes, as init draws it, and takes the rest", async () => {
    using model = await new Model(7).load(file(), { resetHead: true, seed: "x" });
    using drawn = new Model(7).init("x");
    await expect(model.head.weight.value).toBeAllClose(drawn.head.weight.value);
    await expect(model.scale.value).toBeAllClose([1, 2]);
  });

  test("keeps a head that fits", async () => {
    using model = await new Model().load(file(), { resetHead: true });
    await expect(model.head.bias!.value).toBeAllClose([1, 2, 3]);
  });

  test("does not excuse other differences, nor names that only begin alike", async () => {
    const tensors = edited({ scale: undefined, headless: stored([1], Float32Array.of(1)) });
    const loading = new Model(7).load(tensors, { resetHead: true });
    await expect(loading).rejects.toThrow(/missing \(1\):\n {4}scale[^]*unexpected \(1\):\n {4}headless/);
  });

  test("drops a head that the model has not", async () => {
    using body = await new Linear(2, 3).load(
      new Map([...file()].flatMap(([path, value]) => (path.startsWith("head.") ? [[path.slice(5), value]] : []))),
    );
    await expect(body.bias!.value).toBeAllClose([1, 2, 3]);
  });
});

describe("all or nothing", () => {
  async function expectUntouched(tensors: Map<string, StoredTensor>, message: string | RegExp, signal?: AbortSignal) {
    using model = new Model().init(1);
    const before = await model.scale.value.data();
    const count = memory().numTensors;
    await expect(model.load(tensors, { signal })).rejects.toThrow(message);
    expect(memory().numTensors).toBe(count);
    expect(await model.scale.value.data()).toEqual(before);
    const fresh = new Model();
    await expect(fresh.load(tensors, { signal })).rejects.toThrow(message);
    expect([...fresh.params().values()].some(({ materialized }) => materialized)).toBe(false);
  }

  test("a read that fails midway changes nothing", async () => {
    const broken: StoredTensor = { dtype: "F32", shape: [3], read: () => Promise.reject(new Error("disk gone")) };
    await expectUntouched(edited({ "head.bias": broken }), "disk gone");
  });

  test("so do values that do not fill their shape", async () => {
    const short = stored([3], Float32Array.of(1, 2));
    const message = "load: expected 3 values for head.bias, got 2; the checkpoint is damaged";
    await expectUntouched(edited({ "head.bias": short }), message);
  });

  test("and an abort, before or between reads", async () => {
    await expectUntouched(file(), "enough", AbortSignal.abort(new Error("enough")));
    const controller = new AbortController();
    const aborting: StoredTensor = {
      dtype: "F32",
      shape: [2],
      read: async () => {
        controller.abort(new Error("midway"));
        return new Float32Array(2);
      },
    };
    await expectUntouched(edited({ "body.bias": aborting }), "midway", controller.signal);
  });

  test("the signal reaches the reads", async () => {
    const { signal } = new AbortController();
    const signals: unknown[] = [];
    const listening: StoredTensor = {
      dtype: "F32",
      shape: [2],
      read: async (given) => {
        signals.push(given);
        return new Float32Array(2);
      },
    };
    using model = await new Model().load(edited({ scale: listening }), { signal });
    expect([model.scale.materialized, signals]).toEqual([true, [signal]]);
  });
});

test("progress is told after each tensor", async () => {
  const seen: string[] = [];
  using model = await new Model().load(file(), { onProgress: ({ loaded, total }) => seen.push(`${loaded}/${total}`) });
  expect([model.scale.materialized, seen]).toEqual([true, ["1/5", "2/5", "3/5", "4/5", "5/5"]]);
});

test("loading again keeps the variables that optimisers hold, and what is trainable", async () => {
  using model = await new Model().load(file());
  model.setTrainable(false, (path) => path === "scale");
  const { value } = model.scale;
  await model.load(edited({ scale: stored([2], Float32Array.of(8, 9)) }));
  expect(model.scale.value).toBe(value);
  expect(value.trainable).toBe(false);
  await expect(value).toBeAllClose([8, 9]);
});

test("a module may mend a shape; the nearest to the parameter is asked first, with its own path", async () => {
  const asked: string[] = [];
  class Row extends Module {
    readonly weight = new Param([4], zeros);
    override adapt(path: string, given: StoredTensor, shape: readonly number[]): StoredTensor | undefined {
      asked.push(`row ${path} [${given.shape}] -> [${shape}]`);
      if (given.shape.length !== 2) return undefined;
      return { ...given, shape };
    }
  }
  class Table extends Module {
    readonly row = new Row();
    override adapt(path: string): StoredTensor | undefined {
      asked.push(`table ${path}`);
      return undefined;
    }
  }
  const values = Float32Array.of(1, 2, 3, 4);
  const mended: unknown[] = [];
  const onAdapt = (change: unknown) => void mended.push(change);
  using table = await new Table().load(new Map([["row.weight", stored([2, 2], values)]]), { onAdapt });
  await expect(table.row.weight.value).toBeAllClose([1, 2, 3, 4]);
  expect(asked).toEqual(["row weight [2,2] -> [4]"]);
  expect(mended).toEqual([{ path: "row.weight", from: [2, 2], to: [4] }]);
  await table.load(new Map([["row.weight", stored([4], values)]]), { onAdapt });
  expect(mended).toHaveLength(1);
  await expect(new Table().load(new Map([["row.weight", stored([1], values)]]))).rejects.toThrow(
    "expected [4], got [1]",
  );
  expect(asked.slice(1)).toEqual(["row weight [1] -> [4]", "table row.weight"]);
});

test("leaks nothing", async () => {
  const one = tensor1d([1, 2]);
  const weights: Record<string, Tensor> = { weight: tensor([1, 2, 3, 4], [2, 2]), bias: one };
  await expectNoLeak(async () => {
    using linear = await new Linear(2, 2).load(weights);
    await linear.load(weights);
  });
});
