import { type Tensor3D, tensor2d, tensor3d } from "@tensorflow/tfjs-core";
import {
  type Context,
  type WindowAttentionOptions,
  placesInWindows,
  shiftMask,
  windowAttention,
  windowAttentionWeights,
} from "@tessera/core";

/**
 * Window attention that can be looked at: offers `weights` [b · windows, h, area, area], `places` [rows, columns] of the tokens in the
 * windows (window · area + place), `relative_position_bias` [h, area, area] and, of shifted windows, `mask` [windows, area, area] to captures. qkv [b, n, 3·h·d] -> [b, n, h·d]
 */
export function attend(qkv: Tensor3D, options: WindowAttentionOptions, ctx: Context): Tensor3D {
  const { bias, window, shift, masked = -100 } = options;
  const area = window[0] * window[1];
  ctx.capture?.("places", () => tensor2d(placesInWindows(options), [...options.grid], "int32"));
  ctx.capture?.("weights", () => windowAttentionWeights(qkv, options));
  ctx.capture?.("relative_position_bias", () => bias);
  if (shift[0] > 0 || shift[1] > 0) {
    ctx.capture?.("mask", () => {
      const mask = shiftMask(options, masked);
      return tensor3d(mask, [mask.length / area ** 2, area, area]);
    });
  }
  return windowAttention(qkv, options);
}

/** Multiply-adds of q kᵀ and of the product with v, for tokens [b, n, d] in windows that they fill. */
export function attentionMacs([b = 1, n = 1, d = 1]: readonly number[], window: readonly [number, number]): number {
  return 2 * b * n * window[0] * window[1] * d;
}
