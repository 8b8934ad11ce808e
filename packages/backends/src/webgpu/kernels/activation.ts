import { util } from "@tensorflow/tfjs-core";
import type { activationGradOp, activationOp } from "@tessera/core";
import { activateWgsl, slopeWgsl } from "../wgsl/activation.ts";
import type { Kernel } from "../kernel.ts";
import { type Program, dispatch, emptyTensor } from "../program/program.ts";

const THREADS = 64;

/** f(x) of each number, four a thread where they come in fours. */
export const activation: Kernel<typeof activationOp> = {
  run(backend, { x }, attrs) {
    const y = emptyTensor(backend, x.shape);
    const count = util.sizeFromShape(x.shape);
    const type = count % 4 === 0 ? "vec4<f32>" : "f32";
    const units = type === "f32" ? count : count / 4;
    const program: Program = {
      key: ["activation", attrs.activation, type].join(),
      inputs: { x: type },
      outputs: { y: type },
      params: { count: "u32" },
      threads: THREADS,
      body: () => `${activateWgsl(attrs.activation, type)}
fn run(group: u32, lane: u32) {
  let i = group * ${THREADS}u + lane;
  if (i < params.count) { y[i] = activate(x[i]); }
}`,
    };
    if (units > 0)
      dispatch(backend, program, { inputs: [x], outputs: [y], params: [units], groups: Math.ceil(units / THREADS) });
    return y;
  },
};

/** dy · f′(x) */
export const activationGrad: Kernel<typeof activationGradOp> = {
  run(backend, { dy, x }, attrs) {
    const dx = emptyTensor(backend, x.shape);
    const count = util.sizeFromShape(x.shape);
    const type = count % 4 === 0 ? "vec4<f32>" : "f32";
    const units = type === "f32" ? count : count / 4;
    const program: Program = {
      key: ["activation-grad", attrs.activation, type].join(),
      inputs: { dy: type, x: type },
      outputs: { dx: type },
      params: { count: "u32" },
      threads: THREADS,
      body: () => `${slopeWgsl(attrs.activation, type)}
fn run(group: u32, lane: u32) {
  let i = group * ${THREADS}u + lane;
  if (i < params.count) { dx[i] = dy[i] * slope(x[i]); }
}`,
    };
    if (units > 0)
      dispatch(backend, program, {
        inputs: [dy, x],
        outputs: [dx],
        params: [units],
        groups: Math.ceil(units / THREADS),
      });
    return dx;
  },
};
