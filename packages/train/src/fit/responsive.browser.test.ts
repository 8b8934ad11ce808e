import { expect, test } from "vitest";
import { Small, stripes } from "../__fixtures__/stripes.ts";
import { sgd } from "../optimizers/sgd.ts";
import { fit } from "./fit.ts";

test("between two steps the page has its turn: timers run, and a signal that one of them gives is heard", async () => {
  using model = new Small().init(1);
  const optimizer = sgd(model.params());
  const controller = new AbortController();
  let [steps, turns, inOneGo, longest] = [0, 0, 0, 0];
  const timer = setInterval(() => {
    turns++;
    [longest, inOneGo] = [Math.max(longest, inOneGo), 0];
    if (steps > 30) controller.abort(new Error("stopped by the page"));
  }, 0);
  const training = fit(model, stripes(80, { training: true }), {
    epochs: 1000,
    batchSize: 8,
    optimizer,
    rate: 0.01,
    signal: controller.signal,
    onStep: () => void [steps++, inOneGo++],
  });
  await expect(training).rejects.toThrow("stopped by the page");
  clearInterval(timer);
  expect(turns).toBeGreaterThan(2);
  // Timers wait for 4 ms each, in which several of such short steps are done.
  expect(longest).toBeLessThan(steps / 2);
  optimizer.dispose();
});
