import { type NamedAttrMap, type Tensor, getBackend, getKernelsForBackend, registerKernel, unregisterKernel, zeros } from "@tensorflow/tfjs-core";

/** How a kernel was called: shapes by input name, and its attributes. */
export interface Call {
  kernel: string;
  inputs: Record<string, number[]>;
  attrs: NamedAttrMap;
}

type Inputs = Record<string, Tensor>;

/** Output shape or shapes of a kernel, from its inputs. */
export type Outputs = (inputs: Inputs, attrs: Record<string, unknown>) => number[] | number[][];

const of = (inputs: Inputs, name: string): number[] => inputs[name]!.shape;

/** The ops' kernels as their docs promise them. */
export const documented: Record<string, Outputs> = {
  TesseraLinear: (inputs) => [...of(inputs, "x").slice(0, -1), of(inputs, "weight")[0]!],
  TesseraLinearGrad: (inputs, { wanted }) => (wanted === "bias" ? [of(inputs, "weight")[0]!] : of(inputs, wanted as string)),
  TesseraActivation: (inputs) => of(inputs, "x"),
  TesseraActivationGrad: (inputs) => of(inputs, "x"),
  TesseraLayerNorm: (inputs) => of(inputs, "x"),
  TesseraLayerNormGrad: (inputs) => [of(inputs, "x"), of(inputs, "gamma"), of(inputs, "gamma")],
  TesseraAttention: (inputs) => of(inputs, "q"),
  TesseraAttentionGrad: (inputs) => ["q", "k", "v", "bias"].filter((name) => name in inputs).map((name) => of(inputs, name)),
  TesseraQueryKeyAttention: (inputs) => of(inputs, "v"),
  TesseraSelfAttention: (inputs) => {
    const [b, n, packed] = of(inputs, "qkv");
    return [b!, n!, packed! / 3];
  },
  TesseraSelfAttentionGrad: (inputs) => ["qkv", "bias"].filter((name) => name in inputs).map((name) => of(inputs, name)),
  TesseraSoftmaxCrossEntropy: (inputs) => [of(inputs, "logits")[0]!],
  TesseraSoftmaxCrossEntropyGrad: (inputs) => of(inputs, "logits"),
  TesseraSgdUpdate: (inputs) => ["weight", "velocity"].filter((name) => name in inputs).map((name) => of(inputs, name)),
  TesseraAdamUpdate: (inputs) => ["weight", "mean", "variance"].map((name) => of(inputs, name)),
  TesseraLambUpdate: (inputs) => ["weight", "mean", "variance"].map((name) => of(inputs, name)),
  TesseraMuonUpdate: (inputs) => ["weight", "momentum"].map((name) => of(inputs, name)),
  TesseraAverageUpdate: (inputs) => [of(inputs, "average")],
  TesseraSumOfSquares: () => [],
};

/** Runs `work` with kernels on the current backend that note how they are called and give zeros. */
export function withFakeKernels<T>(kernels: Record<string, Outputs>, work: () => T): { calls: Call[]; result: T } {
  const calls: Call[] = [];
  const backendName = getBackend();
  // Where the backend has real ones, they stand aside.
  const real = getKernelsForBackend(backendName).filter(({ kernelName }) => kernelName.startsWith("Tessera"));
  for (const { kernelName } of real) unregisterKernel(kernelName, backendName);
  for (const [kernelName, shapes] of Object.entries(kernels)) {
    registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const given = inputs as Inputs;
        calls.push({
          kernel: kernelName,
          inputs: Object.fromEntries(Object.entries(given).map(([name, { shape }]) => [name, shape])),
          attrs: attrs!,
        });
        const out = shapes(given, attrs!);
        return Array.isArray(out[0]) ? (out as number[][]).map((shape) => zeros(shape)) : zeros(out as number[]);
      },
    });
  }
  try {
    return { result: work(), calls };
  } finally {
    for (const kernelName of Object.keys(kernels)) unregisterKernel(kernelName, backendName);
    for (const kernel of real) registerKernel(kernel);
  }
}
