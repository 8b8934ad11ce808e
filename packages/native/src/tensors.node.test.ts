import {
  type Tensor,
  abs,
  add,
  concat,
  div,
  exp,
  max,
  mean,
  mul,
  neg,
  pad,
  reciprocal,
  relu,
  rsqrt,
  setBackend,
  slice,
  softmax,
  split,
  sqrt,
  square,
  squaredDifference,
  sub,
  sum,
  tanh,
  tensor,
  tidy,
  transpose,
  zeros,
} from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { expectSame, given, isas, useIsa } from "./__fixtures__/both.ts";

describe.each(isas)("%s", (isa) => {
  test("arithmetic with every way to broadcast", async () => {
    useIsa(isa);
    const shapes: [number[], number[]][] = [
      [[3, 17], [3, 17]], [[2, 3, 17], [17]], [[17], [2, 3, 17]], [[3, 17], [3, 1]], [[3, 1], [3, 17]], [[], [3, 5]],
      [[3, 5], []], [[3, 1], [1, 5]], [[2, 1, 5], [1, 3, 1]], [[4, 1, 6], [4, 3, 6]], [[40000], [40000]], [[0, 3], [3]],
    ]; // prettier-ignore
    for (const [a, b] of shapes) {
      for (const op of [add, sub, mul, div, squaredDifference] as ((x: Tensor, y: Tensor) => Tensor)[])
        await expectSame((x, y) => op(x!, y!), [given(1, a), given(2, b)], { rtol: 1e-6, atol: 1e-6 });
    }
  });

  test("functions of one value", async () => {
    useIsa(isa);
    const x = given(1, [3, 345], 2);
    for (const op of [neg, square, exp, relu, abs, reciprocal, tanh])
      await expectSame((a) => op(a!), [x], { rtol: 1e-6 });
    const positive = { shape: x.shape, values: x.values.map(Math.abs) };
    for (const op of [sqrt, rsqrt]) await expectSame((a) => op(a!), [positive], { rtol: 1e-6 });
  });

  test("softmax and sums", async () => {
    useIsa(isa);
    const x = given(1, [3, 5, 37], 3);
    await expectSame((a) => softmax(a!), [x]);
    for (const axis of [[2], [1, 2], [0], [0, 1], [0, 1, 2], [1], [0, 2]]) {
      await expectSame((a) => [sum(a!, axis), mean(a!, axis, true)], [x], { atol: 1e-4 });
    }
  });

  test("transpose, slice, split, pad and concat", async () => {
    useIsa(isa);
    const x = given(1, [2, 3, 17, 33]);
    for (const order of [
      [0, 1, 3, 2],
      [0, 2, 1, 3],
      [0, 2, 3, 1],
      [1, 2, 3, 0],
      [3, 2, 1, 0],
      [0, 1, 2, 3],
    ])
      // prettier-ignore
      await expectSame((a) => transpose(a!, order), [x]);
    for (const [begin, size] of [
      [
        [0, 1, 0, 0],
        [2, 1, 17, 33],
      ],
      [
        [1, 0, 0, 0],
        [1, 3, 17, 33],
      ],
      [
        [0, 0, 5, 3],
        [2, 3, 2, 20],
      ],
      [
        [0, 0, 5, 3],
        [2, 3, 2, 4],
      ],
      [
        [0, 0, 0, 0],
        [2, 3, 17, 33],
      ],
    ] as const)
      // prettier-ignore
      await expectSame((a) => slice(a!, [...begin], [...size]), [x]);
    for (const [axis, lengths] of [
      [1, 1],
      [1, 2],
      [5, 12],
      [3, 30],
    ].entries())
      // prettier-ignore
      await expectSame((a) => split(a!, lengths, axis), [x]);
    for (const paddings of [
      [
        [0, 0],
        [0, 0],
        [1, 0],
        [0, 0],
      ],
      [
        [1, 2],
        [0, 1],
        [3, 0],
        [2, 5],
      ],
      [
        [0, 0],
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    ] as [number, number][][])
      // prettier-ignore
      await expectSame((a) => pad(a!, paddings, 2), [x]);
    await expectSame((a) => [slice(a!, 3, 7), pad(a!, [[2, 3]])], [given(1, [20])]);
    for (const axis of [0, 1, 2, 3]) await expectSame((a, b) => concat([a!, b!, a!], axis), [x, given(2, x.shape)]);
  });
});

test("parts that do not fit are not joined", async () => {
  await setBackend("native");
  const parts = [zeros([2, 3, 4]), zeros([2, 4, 3]), zeros([2, 3])] as const;
  expect(() => concat([parts[0], parts[1]], 0)).toThrow(/Shape of tensors\[1\] \(2,4,3\) does not match/);
  expect(() => concat([parts[0], parts[2]], 0)).toThrow(/[Rr]ank/);
  for (const part of parts) part.dispose();
  await expectSame((a, b) => concat([a!, b!], 1), [given(3, [2, 3, 4]), given(4, [2, 0, 4])]);
  await expectSame((a, b) => concat([a!, b!], 2), [given(5, [0, 3, 4]), given(6, [0, 3, 1])]);
});

test("a view that tfjs's own kernels make of an array outlives the array's tensor", async () => {
  await setBackend("native");
  const source = tidy(() => add(tensor(Float32Array.from({ length: 4000 }, (_, i) => i)), 0));
  const [first, second] = tidy(() => split(source, 2)) as [Tensor, Tensor];
  source.dispose();
  const other = tidy(() => mul(tensor(new Float32Array(4000)), 1));
  expect((await first.data())[7]).toBe(7);
  expect((await second.data())[7]).toBe(2007);
  for (const used of [first, second, other]) used.dispose();
});

test("other types are tfjs-backend-cpu's", async () => {
  await setBackend("native");
  const whole = tidy(() => max(add(tensor([1, 2, 3], [3], "int32"), tensor([4, 5, 6], [3], "int32"))));
  expect(whole.dtype).toBe("int32");
  expect(await whole.data()).toEqual(Int32Array.of(9));
  whole.dispose();
});
