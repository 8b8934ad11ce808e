import { type Tensor2D, memory, sum, variableGrads } from "@tensorflow/tfjs-core";
import { expectNoLeak } from "@tessera/testing";
import { describe, expect, test } from "vitest";
import { constant, normal, ones, zeros } from "./init/initializers.ts";
import { EncoderBlock } from "./layers/encoder-block.ts";
import { Linear } from "./layers/linear.ts";
import { Module, repeat } from "./module.ts";
import { Param } from "./param.ts";
import { LearnedPositions } from "./positions/learned.ts";
import { summarize } from "./summarize.ts";

class Tree extends Module {
  override readonly headPaths = ["head"];
  readonly clsToken = new Param([1, 1, 4], zeros);
  readonly posEmbed = new LearnedPositions({ grid: [2, 2], width: 4 });
  readonly patchEmbed = new Linear(3, 4);
  readonly blocks = repeat(2, () => new Linear(4, 4, { bias: false }));
  readonly scales = [new Param([2], ones), new Param([3], ones)];
  readonly missing: Linear | undefined = undefined;
  readonly config = { classes: 2, head: this.scales[0] };
  readonly #secret = new Linear(5, 5);
  readonly head = new Linear(4, 2);

  secret(): number {
    return this.#secret.paramCount;
  }
}

const paths = [
  "cls_token",
  "pos_embed",
  "patch_embed.weight",
  "patch_embed.bias",
  "blocks.0.weight",
  "blocks.1.weight",
  "scales.0",
  "scales.1",
  "head.weight",
  "head.bias",
];

describe("the tree", () => {
  test("paths are the fields' names in snake_case, in order; arrays count; `self` adds nothing; configs are no parts", () => {
    expect([...new Tree().params().keys()]).toEqual(paths);
  });

  test("buffers are kept with the parameters, and are none", () => {
    class Normal extends Module {
      readonly weight = new Param([3], zeros);
      readonly runningMean = new Param([2], ones, { buffer: true });
      readonly part = new Linear(2, 2);
    }
    const module = new Normal().init(1, () => constant(7));
    expect([...module.params().keys()]).toEqual(["weight", "part.weight", "part.bias"]);
    expect([...module.state().keys()]).toEqual(["weight", "running_mean", "part.weight", "part.bias"]);
    expect([module.paramCount, summarize(module, [1]).layers[0]!.params]).toEqual([9, 3]);
    expect([...module.runningMean.value.dataSync()]).toEqual([1, 1]);
    module.setTrainable(true);
    expect(module.runningMean.trainable).toBe(false);
    module.dispose();
    expect(module.runningMean.materialized).toBe(false);
  });

  test("modules by their paths, the root first", () => {
    const tree = new Tree();
    const modules = tree.modules();
    expect([...modules.keys()]).toEqual(["", "pos_embed", "patch_embed", "blocks.0", "blocks.1", "head"]);
    expect(modules.get("")).toBe(tree);
    expect(modules.get("blocks.1")).toBe(tree.blocks[1]);
  });

  test("a group adds nothing to the paths of its parts, and is none itself", () => {
    class Group extends Module {
      override readonly flatten = true;
      readonly fcNorm = new Linear(2, 2);
      readonly scale = new Param([2], ones);
    }
    class Owner extends Module {
      readonly pool = new Group();
      readonly inner = new (class Inner extends Module {
        readonly pool = new Group();
      })();
    }
    const owner = new Owner();
    const parts = ["fc_norm.weight", "fc_norm.bias", "scale"];
    expect([...owner.params().keys()]).toEqual([...parts, ...parts.map((path) => `inner.${path}`)]);
    expect([...owner.modules().keys()]).toEqual(["", "fc_norm", "inner", "inner.fc_norm"]);
    expect(owner.modules().get("")).toBe(owner);
    expect(summarize(owner, [1]).layers.map(({ params }) => params)).toEqual([2, 6, 2, 6]);
  });

  test("counts all values, of a model that would fill the memory, without allocating one", () => {
    const before = memory().numTensors;
    class Huge extends Module {
      readonly blocks = repeat(32, () => new EncoderBlock({ width: 1280, heads: 16 }));
    }
    expect(new Huge().paramCount).toBe(32 * (12 * 1280 ** 2 + 13 * 1280));
    expect(memory().numTensors).toBe(before);
  });

  test("two parameters at one path are an error", () => {
    class Twice extends Module {
      readonly fooBar = new Param([1], ones);
      readonly foo_bar = new Param([1], ones);
    }
    expect(() => new Twice().params()).toThrow(
      "Module.params: expected one parameter at foo_bar, got two; rename a field",
    );
  });

  test.each([
    ["a Map", "parts", new Map([["a", new Linear(1, 1)]])],
    ["a Set", "parts", new Set([new Param([1], ones)])],
    ["a plain object", "parts", { a: new Linear(1, 1) }],
    ["an array in an array", "parts", [[new Linear(1, 1)]]],
    ["a plain object", "parts", [{ a: new Param([1], ones) }]],
    ["a Map", "parts", { deeper: new Map([["a", new Linear(1, 1)]]) }],
  ])("a part in %s is refused", (container, field, value) => {
    class Owner extends Module {
      readonly seen = new Linear(1, 1);
      readonly [field] = value;
    }
    class Outer extends Module {
      readonly inner = new Owner();
    }
    const message = `expected parts of Owner in fields or arrays, got one in ${container} in`;
    expect(() => new Owner().params()).toThrow(`Module.params: ${message} parts; give each a field of its own`);
    expect(() => new Outer().init(1)).toThrow(`${message} inner: parts;`);
  });

  test("parts in the tree may be anywhere else besides", () => {
    class Owner extends Module {
      readonly seen = new Linear(1, 1);
      readonly byName = new Map([["seen", this.seen]]);
      readonly options = { parts: [[this.seen.weight]] };
    }
    expect([...new Owner().params().keys()]).toEqual(["seen.weight", "seen.bias"]);
  });

  test("a model without parameters is told where they may be", async () => {
    class Secret extends Module {
      readonly #inner = new Linear(1, 1);
      inner = () => this.#inner;
    }
    const message = "expected a model with parameters, got Secret without any; parts in #private fields cannot be seen";
    expect(() => new Secret().init(1)).toThrow(`init: ${message}`);
    await expect(new Secret().load({})).rejects.toThrow(`load: ${message}`);
  });

  test("modules of another copy of the package are modules", () => {
    expect(Module.is(new Tree())).toBe(true);
    expect(Module.is({ [Symbol.for("tessera.module")]: true })).toBe(true);
    for (const other of [undefined, null, 1, "module", {}]) expect(Module.is(other)).toBe(false);
  });
});

async function valuesOf(module: Module): Promise<Record<string, readonly number[]>> {
  const read = [...module.params()].map(async ([path, param]) => [path, [...(await param.value.data())]] as const);
  return Object.fromEntries(await Promise.all(read));
}

describe("init", () => {
  test("values depend on the seed and the path alone", async () => {
    class Other extends Module {
      readonly extra = new Linear(7, 7);
      readonly head = new Linear(4, 2);
    }
    using tree = new Tree().init(1);
    using other = new Other().init(1);
    const [a, b] = [await valuesOf(tree), await valuesOf(other)];
    expect(b["head.weight"]).toEqual(a["head.weight"]);
    expect(await valuesOf(tree.init(1))).toEqual(a);
    expect((await valuesOf(tree.init(2)))["head.weight"]).not.toEqual(a["head.weight"]);
    expect(a["blocks.0.weight"]).not.toEqual(a["blocks.1.weight"]);
  });

  test("gives these values on every backend", async () => {
    using linear = new Linear(2, 2).init(0);
    expect([...(await linear.weight.value.data())]).toEqual([
      -0.004947642330080271, -0.06358218938112259, 0.002076225122436881, -0.0306796133518219,
    ]);
  });

  test("a scheme overrides where it has an opinion", async () => {
    using tree = new Tree().init(1, (path, param) => {
      if (path.startsWith("blocks.")) return constant(param.shape[0]!);
      return path.endsWith("bias") ? normal(1) : undefined;
    });
    const values = await valuesOf(tree);
    expect(new Set(values["blocks.1.weight"])).toEqual(new Set([4]));
    expect(values["head.bias"]).not.toEqual([0, 0]);
    expect(values["scales.1"]).toEqual([1, 1, 1]);
  });
});

test("setTrainable switches gradients by path", () => {
  using linear = new Linear(2, 3).init(1);
  linear.setTrainable(false).setTrainable(true, (path) => path === "bias");
  const x = linear.weight.value as unknown as Tensor2D;
  const { value, grads } = variableGrads(() => sum(linear.forward(x)));
  expect(Object.keys(grads)).toEqual([linear.bias!.value.name]);
  for (const result of [value, ...Object.values(grads)]) result.dispose();
});

test("dispose and `using` free everything; the module can be used again", async () => {
  const tree = new Tree();
  await expectNoLeak(() => {
    {
      using inner = tree.init(1);
      expect(inner.clsToken.materialized).toBe(true);
    }
    expect(tree.clsToken.materialized).toBe(false);
    tree.init(2).dispose();
  });
  expect(tree.secret()).toBe(30);
});
