import {
  type WindowAttentionAttrs,
  windowAttention,
  windowAttentionGrad,
  windowAttentionGradOp,
  windowAttentionOp,
} from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

type Pair = readonly [number, number];

interface Case {
  b: number;
  grid: Pair;
  window: Pair;
  shift?: Pair;
  padFirst?: boolean;
  heads?: number;
  d?: number;
  scale?: number;
  masked?: number;
  forwardOnly?: "webgpu";
}

const forwardOnly = "webgpu";

/**
 * Whole windows and padded ones, shifted in both axes, in one and in none, and windows larger than the map. A GPU has programs of its own
 * for each area of a window and each width of a head: padded windows have both in fours and one by one, others share them.
 */
const cases: readonly Case[] = [
  { b: 2, grid: [4, 6], window: [2, 3], forwardOnly },
  { b: 2, grid: [4, 4], window: [2, 2], shift: [1, 1] },
  { b: 1, grid: [4, 6], window: [2, 2], shift: [0, 1], heads: 1, forwardOnly },
  { b: 2, grid: [5, 7], window: [4, 4], shift: [2, 2], d: 6 },
  { b: 2, grid: [5, 7], window: [4, 4], shift: [2, 2], d: 6, padFirst: true },
  { b: 1, grid: [6, 5], window: [3, 3], d: 16, scale: 1 },
  { b: 2, grid: [2, 3], window: [4, 4], shift: [2, 2], heads: 3, masked: -200 },
  { b: 1, grid: [14, 14], window: [7, 7], shift: [3, 3], heads: 3, d: 32, forwardOnly },
  { b: 1, grid: [16, 8], window: [8, 8], shift: [4, 4], d: 24, forwardOnly },
];

function nameOf({ b, grid, window, shift = [0, 0], padFirst, heads = 2, d = 8, scale, masked }: Case): string {
  const parts = [`${b}·${grid.join("×")}`, `windows of ${window.join("×")}`, `${heads} heads of ${d}`];
  if (shift[0] || shift[1]) parts.push(`shifted by ${shift.join("×")}${padFirst ? " after padding" : ""}`);
  if (scale) parts.push(`scale ${scale}`);
  if (masked) parts.push(`masked ${masked}`);
  return parts.join(", ");
}

function attrsOf({ grid, window, shift = [0, 0], padFirst = false, heads = 2, d = 8, ...one }: Case) {
  const attrs: WindowAttentionAttrs = {
    heads,
    scale: one.scale ?? d ** -0.5,
    grid,
    window,
    shift,
    padFirst,
    masked: one.masked ?? -100,
  };
  return attrs;
}

function inputsOf({ b, grid, window, heads = 2, d = 8 }: Case) {
  const area = window[0] * window[1];
  const isWhole = grid[0] % window[0] === 0 && grid[1] % window[1] === 0;
  return {
    qkv: normals(1, [b, grid[0] * grid[1], 3 * heads * d]),
    bias: normals(2, [heads, area, area]),
    ...(!isWhole && { padding: normals(3, [3 * heads * d]) }),
  };
}

export const windowAttentionCases = casesOf({
  op: windowAttentionOp,
  call: ({ qkv, ...rest }, attrs: WindowAttentionAttrs) => windowAttention(qkv, { ...attrs, ...rest }),
  differentiable: ["qkv", "bias", "padding"],
  cases: cases.map((one) => ({
    name: nameOf(one),
    inputs: () => inputsOf(one),
    attrs: attrsOf(one),
    tolerance: { atol: 5e-5 },
    ...(one.forwardOnly && { forwardOnly: one.forwardOnly }),
  })),
});

export const windowAttentionGradCases = casesOf({
  op: windowAttentionGradOp,
  call: ({ dy, qkv, ...rest }, attrs: WindowAttentionAttrs) => windowAttentionGrad(dy, qkv, { ...attrs, ...rest }),
  // The others' gradients are compared with their forward, on processors.
  cases: cases
    .filter((one) => !one.forwardOnly)
    .map((one) => ({
      name: nameOf(one),
      inputs: () => {
        const { grid, heads = 2, d = 8, b } = one;
        return { dy: normals(4, [b, grid[0] * grid[1], heads * d]), ...inputsOf(one) };
      },
      attrs: attrsOf(one),
      tolerance: { atol: 5e-5 },
    })),
});
