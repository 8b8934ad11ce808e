// Made of addon/numbers.h by npm run numbers; do not edit.
export const activations = {
  none: 0,
  gelu: 1,
  gelu_tanh: 2,
  quick_gelu: 3,
  relu: 4,
  silu: 5,
} as const;
export const binaries = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  squared_difference: 4,
} as const;
export const unaries = {
  neg: 0,
  square: 1,
  sqrt: 2,
  rsqrt: 3,
  exp: 4,
  relu: 5,
  reciprocal: 6,
  abs: 7,
  tanh: 8,
} as const;
export const formats = {
  f32: 0,
  bf16: 1,
} as const;
