import type { PlacedInputs, WindowAttentionAttrs, windowAttentionGradOp, windowAttentionOp } from "@tessera/core";
import type { WindowAttentionArguments } from "../addon.ts";
import type { NativeBackend } from "../backend.ts";
import { formats } from "../numbers.ts";
import { type OpFunction, optional, sizeOf } from "./kernel.ts";

/** The arguments that both begin with. */
function start(
  { qkv, bias, padding }: PlacedInputs<typeof windowAttentionOp>,
  backend: NativeBackend,
  { heads, scale, grid, window, shift, padFirst, masked }: WindowAttentionAttrs,
): WindowAttentionArguments {
  const [batch, , packed] = qkv.shape;
  return [
    batch,
    ...grid,
    heads,
    packed / 3 / heads,
    scale,
    ...window,
    ...shift,
    padFirst,
    masked,
    formats[backend.precision],
    backend.floats(bias),
    optional(backend, padding),
    backend.floats(qkv),
  ];
}

export const windowAttention: OpFunction<typeof windowAttentionOp> = (inputs, backend, attrs) => {
  const [batch, tokens, packed] = inputs.qkv.shape;
  const shape = [batch, tokens, packed / 3];
  const out = backend.allocate(sizeOf(shape));
  backend.addon.windowAttention(...start(inputs, backend, attrs), out);
  return backend.output(shape, out);
};

export const windowAttentionGrad: OpFunction<typeof windowAttentionGradOp> = (inputs, backend, attrs) => {
  const { dy, qkv, bias, padding } = inputs;
  const [dqkv, dbias] = [backend.allocate(sizeOf(qkv.shape)), backend.allocate(sizeOf(bias.shape))];
  const dpadding = padding && backend.allocate(sizeOf(padding.shape));
  backend.addon.windowAttentionGrad(...start(inputs, backend, attrs), backend.floats(dy), dqkv, dbias, dpadding);
  return [
    backend.output([...qkv.shape], dqkv),
    backend.output([...bias.shape], dbias),
    ...(padding && dpadding ? [backend.output([...padding.shape], dpadding)] : []),
  ];
};
