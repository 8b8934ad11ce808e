import {
  type Tensor,
  add,
  engine,
  grad,
  grads,
  getBackend,
  mul,
  ones,
  registerKernel,
  square,
  tensor1d,
  unregisterKernel,
} from "@tensorflow/tfjs-core";
import { expectNoLeak } from "@tessera/testing";
import { expect, test } from "vitest";
import { type RegisteredKernel, differentiable, recording, runOp, unrecorded } from "./dispatch.ts";
import type { Op } from "./op.ts";

const testOp: Op<{ x: Tensor }, { factor?: number }, Tensor> = {
  name: "TesseraTest",
  inputs: { x: "required" },
  gradients: [],
};

test("runs the composed definition, and frees what it made on the way", async () => {
  const x = tensor1d([1, 2]);
  const double = () => runOp(testOp, { x }, {}, () => mul(add(x, x), 1));
  await expect(double()).toBeAllClose([2, 4]);
  await expectNoLeak(() => double().dispose());
});

test("runs a kernel of the current backend instead, with inputs and attributes", async () => {
  const x = tensor1d([1, 2]);
  const run = () => runOp(testOp, { x }, { factor: 3 }, () => add(x, 100));
  registerKernel({
    kernelName: "TesseraTest",
    backendName: getBackend(),
    kernelFunc: ({ inputs, attrs }) => mul(inputs["x"] as Tensor, attrs!["factor"] as number),
  });
  try {
    await expect(run()).toBeAllClose([3, 6]);
  } finally {
    unregisterKernel("TesseraTest", getBackend());
  }
  await expect(run()).toBeAllClose([101, 102]);
});

test("a kernel that does not take a call leaves it to the composed definition", async () => {
  const few: RegisteredKernel = {
    kernelName: "TesseraTest",
    backendName: getBackend(),
    kernelFunc: ({ inputs, attrs }) => mul(inputs["x"] as Tensor, attrs!["factor"] as number),
    accepts: (inputs, attrs) => (inputs as { x: Tensor }).x.size <= 2 && "factor" in attrs,
  };
  registerKernel(few);
  const run = (x: Tensor, attrs: { factor?: number }) => runOp(testOp, { x }, attrs, () => add(x, 100));
  try {
    await expect(run(tensor1d([1, 2]), { factor: 3 })).toBeAllClose([3, 6]);
    await expect(run(tensor1d([1, 2, 3]), { factor: 3 })).toBeAllClose([101, 102, 103]);
    await expect(run(tensor1d([1, 2]), {})).toBeAllClose([101, 102]);
  } finally {
    unregisterKernel("TesseraTest", getBackend());
  }
});

test("a kernel of another backend changes nothing", async () => {
  const x = tensor1d([1]);
  registerKernel({ kernelName: "TesseraTest", backendName: "elsewhere", kernelFunc: () => ones([9]) });
  await expect(runOp(testOp, { x }, {}, () => add(x, 1))).toBeAllClose([2]);
  unregisterKernel("TesseraTest", "elsewhere");
});

test("knows when a gradient is recorded", () => {
  const seen: boolean[] = [];
  grad((x: Tensor) => {
    seen.push(recording());
    return differentiable(
      { x },
      () => (seen.push(recording()), square(x)),
      [x],
      (dy, [z]) => ({ x: () => mul(dy, z!) }),
    );
  })(tensor1d([1]));
  expect([recording(), ...seen]).toEqual([false, true, false]);
});

test("only gradients that are needed are computed", async () => {
  const [a, b] = [tensor1d([2]), tensor1d([3])];
  let computed = "";
  const product = (x: Tensor, y: Tensor) =>
    differentiable(
      { x, y },
      () => mul(x, y),
      [x, y],
      (dy, [p, q]) => ({
        x: () => ((computed += "x"), mul(dy, q!)),
        y: () => ((computed += "y"), mul(dy, p!)),
      }),
    );
  await expect(grad((x: Tensor) => product(x, b))(a)).toBeAllClose([3]);
  expect(computed).toBe("x");
  const [da, db] = grads(product)([a, b]);
  await expect(da!).toBeAllClose([3]);
  await expect(db!).toBeAllClose([2]);
});

test("saved values go when the gradient is done, and none are saved when nothing is recorded", async () => {
  const x = tensor1d([2]);
  const f = (z: Tensor) =>
    differentiable(
      { x: z },
      () => square(z),
      [z],
      (dy, [saved]) => ({ x: () => mul(dy, saved!) }),
    );
  await expectNoLeak(() => grad(f)(x).dispose());
  const before = engine().memory().numTensors;
  f(x).dispose();
  expect(engine().memory().numTensors).toBe(before);
});

test("what runs unrecorded is a constant to gradients, and errors do not leave it on", async () => {
  const x = tensor1d([2, 3]);
  await expect(
    grad((y: Tensor) =>
      mul(
        y,
        unrecorded(() => square(y)),
      ),
    )(x),
  ).toBeAllClose([4, 9]);
  const seen: boolean[] = [];
  const slope = grad((y: Tensor) => {
    unrecorded(() => void seen.push(recording()));
    expect(() => unrecorded(() => { throw new Error("no") })).toThrow("no"); // prettier-ignore
    seen.push(recording());
    return square(y);
  });
  await expect(slope(x)).toBeAllClose([4, 6]);
  expect(seen).toEqual([false, true]);
  await expectNoLeak(() =>
    grad((y: Tensor) =>
      mul(
        y,
        unrecorded(() => square(y)),
      ),
    )(x).dispose(),
  );
});
