import {
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  add,
  concat,
  gather,
  reshape,
  sum,
  tensor,
  tensor1d,
  tidy,
  zeros,
} from "@tensorflow/tfjs-core";
import { ShapeError } from "../errors.ts";
import { sizes } from "../shape.ts";
import { type AttentionAttrs, attention, attentionGrad, attentionWeights } from "./attention.ts";
import { differentiable, runOp } from "./dispatch.ts";
import type { Op, OutputOf } from "./op.ts";
import { unpackQkv } from "./self-attention.ts";
import { type Windows, isWhole, shiftMask, tokensInWindows } from "./windows.ts";

export interface WindowAttentionAttrs extends AttentionAttrs, Windows {
  /** Added to the score of two tokens that only the shift brought together. */
  masked: number;
}

/** Gives dpadding where there is one. */
export const windowAttentionGradOp: Op<
  { dy: Tensor3D; qkv: Tensor3D; bias: Tensor3D; padding?: Tensor1D },
  WindowAttentionAttrs,
  [dqkv: Tensor3D, dbias: Tensor3D, ...dpadding: Tensor1D[]]
> = {
  name: "TesseraWindowAttentionGrad",
  inputs: { dy: "required", qkv: "required", bias: "required", padding: "optional" },
  gradients: [],
};

export const windowAttentionOp: Op<
  { qkv: Tensor3D; bias: Tensor3D; padding?: Tensor1D },
  WindowAttentionAttrs,
  Tensor3D
> = {
  name: "TesseraWindowAttention",
  inputs: { qkv: "required", bias: "required", padding: "optional" },
  gradients: [windowAttentionGradOp],
};

export interface WindowAttentionOptions extends Windows {
  /** They share the width evenly. */
  heads: number;
  /** Factor on q·k. @default (head width)^−½ */
  scale?: number | undefined;
  /** Added to the scaled products of every window: relative positions. [h, area, area] */
  bias: Tensor3D;
  /** q, k and v of what pads the map: a projection's bias, as it is zeros that are projected. [3·h·d] @default zeros */
  padding?: Tensor1D | undefined;
  /** Added to the score of two tokens that only the shift brought together. @default -100 */
  masked?: number | undefined;
}

type Resolved = WindowAttentionOptions & { scale: number; masked: number };

/**
 * Attention inside each window of a map whose tokens stand row by row, from the packed rows of one projection: q, then k, then
 * v, each head-major. Shift, padding, cut and the way back are part of it: Liu et al. 2021 (Swin), section 3.2.
 * qkv [b, rows · columns, 3·h·d] -> [b, rows · columns, h·d]. Differentiable in qkv, bias and padding.
 * Op `windowAttentionOp`, gradient `windowAttentionGradOp`.
 *
 * @throws {ShapeError} if a shape does not fit.
 */
export function windowAttention(qkv: Tensor3D, options: WindowAttentionOptions): Tensor3D {
  const attrs = resolve(qkv, options);
  const { bias } = options;
  const padding = isWhole(attrs) ? undefined : options.padding;
  const inputs = { qkv, bias, ...(padding && { padding }) };
  return differentiable(
    inputs,
    () => runOp(windowAttentionOp, inputs, attrs, () => compose(qkv, { ...attrs, bias, padding })),
    Object.values(inputs),
    (dy, [savedQkv, savedBias, savedPadding]) => {
      const saved = { bias: savedBias as Tensor3D, padding: savedPadding as Tensor1D | undefined };
      const [dqkv, dbias, dpadding] = windowAttentionGrad(dy as Tensor3D, savedQkv as Tensor3D, { ...attrs, ...saved });
      return { qkv: () => dqkv, bias: () => dbias, ...(padding && { padding: () => dpadding! }) };
    },
  );
}

/** [dqkv, dbias] and, with padding that is not zeros, dpadding. */
export function windowAttentionGrad(
  dy: Tensor3D,
  qkv: Tensor3D,
  options: Resolved,
): OutputOf<typeof windowAttentionGradOp> {
  const { bias, padding, ...attrs } = options;
  const inputs = { dy, qkv, bias, ...(padding && { padding }) };
  return runOp(windowAttentionGradOp, inputs, attrs, () => composeGrad(dy, qkv, options));
}

/** Softmax weights, window by window: qkv [b, rows · columns, 3·h·d] -> [b · windows, h, area, area]. For taps and pictures. */
export function windowAttentionWeights(qkv: Tensor3D, options: WindowAttentionOptions): Tensor4D {
  const { bias, padding } = options;
  const attrs = resolve(qkv, options);
  return tidy(() => {
    const { q, k, cut, ...rest } = arranged(qkv, { ...attrs, bias, padding });
    return reshape(attentionWeights(q, k, rest), [-1, attrs.heads, cut.area, cut.area]);
  });
}

function compose(qkv: Tensor3D, options: Resolved): Tensor3D {
  const { q, k, v, cut, ...rest } = arranged(qkv, options);
  return returned(attention(q, k, v, rest), qkv, cut);
}

function composeGrad(dy: Tensor3D, qkv: Tensor3D, options: Resolved): OutputOf<typeof windowAttentionGradOp> {
  const { bias, padding } = options;
  const { q, k, v, cut, ...rest } = arranged(qkv, options);
  const { samples, area, beside, outside } = cut;
  const [dq, dk, dv, dscores] = attentionGrad(reshape(placed(dy, cut), q.shape), q, k, v, rest);
  const dpacked = concat(
    [dq, dk, dv].map((part) => reshape(part, [samples, area, beside, part.shape[2]! / beside])),
    3,
  );
  const dbias = beside === 1 ? dscores! : (sum(reshape(dscores!, [beside, ...bias.shape]), 0) as Tensor3D);
  const dpadding = () => sum(gather(reshape(dpacked, [-1, qkv.shape[2]]), tensor1d(outside, "int32")), 0) as Tensor1D;
  return [returned(dpacked, qkv, cut), dbias, ...(padding ? [dpadding()] : [])];
}

/** Where the tokens of a batch go: rows of [samples, area, beside], in which windows are samples or stand beside each other. */
interface Cut {
  samples: number;
  area: number;
  /** Windows that stand beside each other as heads do, so that each has a mask of its own; 1 where none is needed. */
  beside: number;
  /** The token in each place; where there is padding, one more than the last. */
  tokens: Int32Array;
  /** The place of each token. */
  places: Int32Array;
  /** Places with padding. */
  outside: Int32Array;
}

function cutOf(windows: Windows, batch: number): Cut {
  const { grid, window } = windows;
  const one = tokensInWindows(windows);
  const [area, length] = [window[0] * window[1], grid[0] * grid[1]];
  const count = one.length / area;
  const [samples, beside] = isShifted(windows) ? [batch, count] : [batch * count, 1];
  const tokens = new Int32Array(batch * one.length);
  const places = new Int32Array(batch * length);
  const outside: number[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const [picture, inPicture] = [Math.floor(i / one.length), i % one.length];
    const [which, place] = [Math.floor(inPicture / area), inPicture % area];
    const at = beside === 1 ? i : (picture * area + place) * count + which;
    const token = one[inPicture]!;
    tokens[at] = token < 0 ? batch * length : picture * length + token;
    if (token < 0) outside.push(at);
    else places[picture * length + token] = at;
  }
  return { samples, area, beside, tokens, places, outside: Int32Array.from(outside) };
}

/** Queries, keys and values as plain attention takes them, with the mask in the bias. */
function arranged(qkv: Tensor3D, { heads, scale, bias, padding, masked, ...windows }: Resolved) {
  const cut = cutOf(windows, qkv.shape[0]);
  const { samples, area, beside } = cut;
  const rows = reshape(placed(qkv, cut, padding), [samples * area, beside, qkv.shape[2]]) as Tensor3D;
  const width = (beside * qkv.shape[2]) / 3;
  const [q, k, v] = unpackQkv(rows).map((part) => reshape(part, [samples, area, width])) as [
    Tensor3D,
    Tensor3D,
    Tensor3D,
  ];
  if (!isShifted(windows)) return { q, k, v, cut, heads, scale, bias };
  const mask = tensor(shiftMask(windows, masked), [beside, 1, area, area]);
  return { q, k, v, cut, heads: beside * heads, scale, bias: reshape(add(mask, bias), [-1, area, area]) as Tensor3D };
}

/** Tokens in their windows, with `padding` or zeros around them: [b, n, c] -> [samples · area · beside, c] */
function placed(x: Tensor3D, { tokens, outside }: Cut, padding?: Tensor1D): Tensor2D {
  const [b, n, c] = x.shape;
  const rows: Tensor2D = reshape(x, [b * n, c]);
  const last = () => (padding ? (reshape(padding, [1, c]) as Tensor2D) : zeros([1, c]));
  return gather(outside.length > 0 ? concat([rows, last() as Tensor2D]) : rows, tensor1d(tokens, "int32"));
}

/** Tokens in their places on the map again: [samples, area, beside, c], or with the last two as one, -> [b, n, c] */
function returned(x: Tensor, { shape: [b, n] }: Tensor3D, { places, samples, area, beside }: Cut): Tensor3D {
  const width = x.rank === 4 ? x.shape[3]! : x.shape[2]! / beside;
  const rows = reshape(x, [samples * area * beside, width]);
  return reshape(gather(rows, tensor1d(places, "int32")), [b, n, width]);
}

function isShifted({ shift }: Windows): boolean {
  return shift[0] > 0 || shift[1] > 0;
}

function resolve(qkv: Tensor3D, options: WindowAttentionOptions): WindowAttentionAttrs {
  const { heads, grid, window, shift, padFirst, bias, padding, masked = -100 } = options;
  const [, , packed] = sizes(qkv, ["b", grid[0] * grid[1], "3·h·d"], "windowAttention") as [number, number, number];
  if (packed % (3 * heads) !== 0)
    throw new ShapeError(`windowAttention: expected a width divisible by 3 · ${heads} heads, got ${packed}`);
  for (const axis of [0, 1] as const) {
    if (!(shift[axis] >= 0 && shift[axis] < window[axis]))
      throw new ShapeError(
        `windowAttention: expected a shift of less than a window of ${window.join("×")}, got ${shift.join("×")}`,
      );
  }
  const area = window[0] * window[1];
  sizes(bias, [heads, area, area], "windowAttention bias");
  if (padding) sizes(padding, [packed], "windowAttention padding");
  return { heads, scale: options.scale ?? (packed / 3 / heads) ** -0.5, grid, window, shift, padFirst, masked };
}
