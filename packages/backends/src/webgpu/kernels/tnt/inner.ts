import type { AttrsOf, PlacedInputs } from "@tessera/core";
import type { tntInnerOp } from "@tessera/tnt";
import { halfOf } from "../../program/half.ts";
import type { Kernel } from "../../kernel.ts";
import { dispatch, emptyTensor } from "../../program/program.ts";
import { type InnerShape, THREADS, innerBytes, innerLayout } from "./inner-layout.ts";
import { innerParameters } from "./inner-parameters.ts";
import { innerProgram } from "./inner-wgsl.ts";

/** Widest head whose queries and sums a thread can hold in registers. */
const WIDEST_HEAD = 64;

/** The inner transformer of a TNT block: one dispatch, a workgroup a patch. */
export const tntInner: Kernel<typeof tntInnerOp> = {
  accepts({ device }, inputs, attrs) {
    const shape = shapeOf(inputs, attrs);
    const { maxComputeWorkgroupStorageSize: bytes, maxComputeInvocationsPerWorkgroup: threads } = device.limits;
    return (
      THREADS <= threads &&
      innerLayout(shape).fours <= THREADS &&
      shape.width / shape.heads <= WIDEST_HEAD &&
      innerBytes(shape, halfOf(device)) <= bytes
    );
  },
  run(backend, inputs, attrs) {
    const { x } = inputs;
    const [patches, words, width] = x.shape;
    const shape = shapeOf(inputs, attrs);
    const half = halfOf(backend.device);
    const y = emptyTensor(backend, x.shape);
    const joined = emptyTensor(backend, attrs.legacy ? x.shape : [patches, words * width]);
    if (patches * words * width === 0) return [y, joined];
    dispatch(backend, innerProgram(shape, half), {
      inputs: [x, ...innerParameters(backend, inputs, shape, half)],
      outputs: [y, joined],
      params: [patches, attrs.epsilon],
      groups: patches,
    });
    return [y, joined];
  },
};

function shapeOf(
  inputs: PlacedInputs<typeof tntInnerOp>,
  { heads, activation, legacy }: AttrsOf<typeof tntInnerOp>,
): InnerShape {
  const [, words, width] = inputs.x.shape;
  const [hidden] = inputs["mlp_in.fc1.bias"].shape;
  return { words, width, heads, hidden, qkvBias: "attn_in.qk.bias" in inputs, legacy, activation };
}
