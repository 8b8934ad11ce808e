import { expect } from "vitest";
import { allClose, type Tolerance, type Values } from "./all-close.ts";

declare module "vitest" {
  // oxlint-disable-next-line typescript/no-explicit-any -- must repeat vitest's own type parameter
  interface Matchers<T = any> {
    /**
     * Equal shapes, and `|got - expected| <= atol + rtol * |expected|` everywhere (numpy's allclose, NaN equals NaN).
     * Reads tensors back, so it must be awaited: `await expect(logits).toBeAllClose(goldens.get("logits"))`.
     */
    toBeAllClose(expected: Values, tolerance?: Tolerance): Promise<void>;
  }
}

expect.extend({
  async toBeAllClose(received: Values, expected: Values, tolerance?: Tolerance) {
    const { close, message } = await allClose(received, expected, tolerance);
    return { pass: close, message: () => message };
  },
});
