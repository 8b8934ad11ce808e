import type { layerNormOp } from "@tessera/core";
import { Chain, chained } from "../chain.ts";
import type { Kernel } from "../kernel.ts";
import type { Handle, TensorFlowBackend } from "../library.ts";

/** (x − μ) / √(σ² + ε) · γ + β over the last axis. */
export const layerNorm: Kernel<typeof layerNormOp> = {
  run: (backend, { x, gamma, beta }, { epsilon }) =>
    chained(backend, (chain) => {
      const { shape } = x;
      const d = shape.at(-1)!;
      const rows = chain.reshape(chain.of(x), [shape.reduce((a, b) => a * b, 1) / d, d]);
      const normal = hasLayerNorm(backend) ? oneDnn : moments;
      return chain.reshape(normal(chain, rows, chain.of(gamma), chain.of(beta), epsilon), shape);
    }),
};

/**
 * TensorFlow's builds for x86 hold a layer norm of oneDNN's, which its optimiser of graphs puts in. Called alone it is
 * found under an empty label. `FusedBatchNormV3` is no way round where there is none: cuDNN's refuses ε below 1e-5.
 */
function oneDnn(chain: Chain, x: Handle, gamma: Handle, beta: Handle, epsilon: number): Handle {
  return chain.run("_MklLayerNorm", [x, gamma, beta], { epsilon, _kernel: "" });
}

function moments(chain: Chain, x: Handle, gamma: Handle, beta: Handle, epsilon: number): Handle {
  const mean = (of: Handle) => chain.run("Mean", [of, chain.integers([1])], { keep_dims: true });
  const centred = chain.run("Sub", [x, mean(x)]);
  const variance = mean(chain.run("Square", [centred]));
  const inverse = chain.run("Rsqrt", [chain.run("AddV2", [variance, chain.scalar(epsilon)])]);
  const scaled = chain.run("Mul", [chain.run("Mul", [centred, inverse]), gamma]);
  return chain.run("AddV2", [scaled, beta]);
}

const known = new WeakMap<TensorFlowBackend, boolean>();

/** Whether the library has the op, which it does not say; it is tried once. */
function hasLayerNorm(backend: TensorFlowBackend): boolean {
  let has = known.get(backend);
  if (has === undefined) known.set(backend, (has = !backend.isUsingGpuDevice && tryLayerNorm(backend)));
  return has;
}

function tryLayerNorm(backend: TensorFlowBackend): boolean {
  const chain = new Chain(backend);
  try {
    const one = chain.reshape(chain.scalar(1), [1]);
    oneDnn(chain, chain.reshape(one, [1, 1]), one, one, 1e-6);
    return true;
  } catch {
    return false;
  } finally {
    chain.close([]);
  }
}
