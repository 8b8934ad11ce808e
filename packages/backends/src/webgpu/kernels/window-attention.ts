import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { PlacedInputs, WindowAttentionAttrs, windowAttentionGradOp, windowAttentionOp } from "@tessera/core";
import type { TfjsWebgpu } from "../device/tfjs-backend.ts";
import type { Kernel } from "../kernel.ts";
import { emptyTensor } from "../program/program.ts";
import { type AttentionCall, callOf, forward } from "./attention.ts";
import { backward } from "./attention-grad.ts";
import { columnSums } from "./column-sums.ts";
import { attentionBytes } from "../wgsl/attention.ts";

/** Whether there is room for the places of a window; heads of 32 leave some for 27 × 27 on every GPU. */
function accepts({ device }: TfjsWebgpu, { qkv }: { qkv: TensorInfo }, { heads, window }: WindowAttentionAttrs) {
  const width = qkv.shape[2]! / 3 / heads;
  const windows = { padding: false, shifted: false, area: window[0] * window[1] };
  return attentionBytes({ width, windows }) <= device.limits.maxComputeWorkgroupStorageSize;
}

/** Attention inside windows: one dispatch, which reads tokens where they lie on the map and puts back what comes out. */
export const windowAttention: Kernel<typeof windowAttentionOp> = {
  accepts,
  run: (backend, inputs, attrs) => forward(backend, windowCallOf(inputs, attrs)),
};

/** [dqkv, dbias] and, with values that pad, dpadding: the sums of what windows have of it. */
export const windowAttentionGrad: Kernel<typeof windowAttentionGradOp> = {
  accepts,
  run(backend, inputs, attrs) {
    const { dy, qkv, bias, padding } = inputs;
    const call = windowCallOf(inputs, attrs);
    const dqkv = emptyTensor(backend, qkv.shape);
    const places = call.batch * call.queries;
    const outside = padding && emptyTensor(backend, [places, qkv.shape[2]]);
    const written = outside ? [dqkv, outside] : [dqkv];
    const dbias = backward(backend, call, dy, { dq: written, dkv: written }, bias)!;
    if (!outside) return [dqkv, dbias];
    const dpadding = columnSums(backend, outside, places, qkv.shape[2]);
    backend.disposeData(outside.dataId);
    return [dqkv, dbias, dpadding];
  },
};

function windowCallOf(
  { qkv, bias, padding }: PlacedInputs<typeof windowAttentionOp>,
  { grid, window, shift, padFirst, masked, ...attrs }: WindowAttentionAttrs,
): AttentionCall {
  const plain = callOf({ qkv, bias }, attrs);
  const area = window[0] * window[1];
  const windows = Math.ceil(grid[0] / window[0]) * Math.ceil(grid[1] / window[1]);
  const batch = qkv.shape[0] * windows;
  const [, , , , ...rest] = plain.params;
  return {
    ...plain,
    variant: { ...plain.variant, windows: { padding: !!padding, shifted: shift[0] > 0 || shift[1] > 0, area } },
    inputs: padding ? [qkv, bias, padding] : [qkv, bias],
    params: [batch, attrs.heads, area, area, ...rest, ...grid, ...window, ...shift, Number(padFirst), masked],
    batch,
    queries: area,
    keys: area,
  };
}
