import { customGrad, matMul, mul, type Tensor, type Tensor2D, square } from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { checkGradients } from "./gradients.ts";
import { expectNoLeak } from "./leak.ts";
import { seeded } from "./seeded.ts";

// tfjs-core alone has no gradients, so these tests bring their own.
type Save = (tensors: Tensor[]) => void;

/** x squared, with the gradient given instead of the true one. */
function squareWith(gradient: (dy: Tensor, x: Tensor) => Tensor) {
  return customGrad((...args) => {
    const [x, save] = args as unknown as [Tensor, Save];
    save([x]);
    return { value: square(x), gradFunc: (dy: Tensor, [saved]: Tensor[]) => gradient(dy, saved!) };
  });
}

const trueSquare = squareWith((dy, x) => mul(dy, mul(x, 2)));

const product = customGrad((...args) => {
  const [a, b, save] = args as unknown as [Tensor2D, Tensor2D, Save];
  save([a, b]);
  const gradFunc = (dy: Tensor, [x, y]: Tensor[]) => [
    matMul(dy as Tensor2D, y as Tensor2D, false, true),
    matMul(x as Tensor2D, dy as Tensor2D, true, false),
  ];
  return { value: matMul(a, b), gradFunc };
});

test("passes on true gradients, of every input", async () => {
  const random = seeded(1);
  await checkGradients(product, [random.normals([3, 4]), random.normals([4, 2])]);
  await checkGradients(trueSquare, [random.normals([5])]);
});

test("passes when elements are sampled", async () => {
  await checkGradients(trueSquare, [seeded(2).normals([20])], { samples: 4 });
});

test("fails on a wrong gradient, naming input and element", async () => {
  const x = seeded(3).uniforms([2], 1, 2);
  const wrong = squareWith((dy, saved) => mul(dy, mul(saved, 2.1)));
  await expect(checkGradients(wrong, [x])).rejects.toThrow(
    /got 2 of 2 beyond it\ninput 0 at 0: differences give .*, gradient is /,
  );
});

test("fails when only elements that were not sampled are wrong", async () => {
  const x = seeded(4).uniforms([40], 1, 2);
  const mostly = Float32Array.from({ length: 40 }, (_, index) => (index % 4 === 0 ? 2 : 0));
  const wrong = squareWith((dy, saved) => mul(dy, mul(saved, mostly)));
  await expect(checkGradients(wrong, [x], { samples: 1 })).rejects.toThrow("along a random direction");
});

test("leaves its inputs and nothing else", async () => {
  const x = seeded(5).normals([3]);
  await expectNoLeak(() => checkGradients(trueSquare, [x]), { runs: 1 });
  expect(x.isDisposed).toBe(false);
});
