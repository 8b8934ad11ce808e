import { type Tensor, setBackend, tensor } from "@tensorflow/tfjs-core";
import { seeded } from "@tessera/testing";
import { expect } from "vitest";
import { configureNative, nativeStatus } from "../index.ts";

/** Instruction sets to test: all that this machine can run. */
export const { isas } = nativeStatus();

/** What a test needs of a tensor: the same on both backends. */
export interface Given {
  shape: number[];
  values: Float32Array;
}

export function given(seed: number, shape: number[], deviation = 1): Given {
  const random = seeded(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return { shape, values: Float32Array.from({ length: size }, () => random.normal(0, deviation)) };
}

type Op = (...inputs: Tensor[]) => Tensor | Tensor[] | Record<string, Tensor>;

interface Result {
  shape: number[];
  values: ArrayLike<number>;
}

async function results(backend: string, op: Op, inputs: readonly Given[]): Promise<Result[]> {
  await setBackend(backend);
  const tensors = inputs.map(({ shape, values }) => tensor(values.slice(), shape, "float32"));
  const outputs = op(...tensors);
  const list = "dataId" in outputs ? [outputs as Tensor] : Object.values(outputs as Record<string, Tensor>);
  const read = await Promise.all(list.map(async (output) => ({ shape: output.shape, values: await output.data() })));
  for (const used of [...list, ...tensors]) used.dispose();
  return read as Result[];
}

export interface Closeness {
  rtol?: number;
  atol?: number;
  /** Backend that is compared. @default "native" */
  on?: string;
}

/** The op on `native`, twice so that arrays serve again, against core's composed definition on tfjs's own `cpu`. */
export async function expectSame(
  op: Op,
  inputs: readonly Given[],
  { rtol = 1e-5, atol = 2e-5, on = "native" }: Closeness = {},
): Promise<void> {
  const expected = await results("cpu", op, inputs);
  for (let round = 0; round < 2; round++) {
    const got = await results(on, op, inputs);
    expect(got.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
    for (const [i, { shape, values }] of got.entries()) {
      const wanted = { shape, data: expected[i]!.values };
      await expect({ shape, data: values }).toBeAllClose(wanted, { rtol, atol });
    }
  }
}

export function useIsa(isa: string): void {
  configureNative({ isa });
}
