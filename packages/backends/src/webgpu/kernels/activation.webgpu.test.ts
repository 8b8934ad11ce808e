import { type Activation, activate, activationGrad } from "@tessera/core";
import { composed, seeded } from "@tessera/testing";
import { expect, test } from "vitest";
import { oddRows } from "./__fixtures__/odd-rows.ts";

const activations: Activation[] = ["none", "gelu", "gelu_tanh", "quick_gelu", "relu", "silu"];

test.each(activations)(
  "%s and its gradient equal the composed definitions, however many numbers there are",
  async (activation) => {
    for (const rows of oddRows) {
      for (const width of [1, 6, 33, 64]) {
        const [x, dy] = [seeded(1).normals([rows, width], 3), seeded(2).normals([rows, width])];
        await expect(activate(x, activation)).toBeAllClose(composed(() => activate(x, activation)));
        const gradient = () => activationGrad(dy, x, activation);
        await expect(gradient()).toBeAllClose(composed(gradient));
      }
    }
  },
);
