import {
  type Tensor,
  dispose,
  findBackend,
  getBackend,
  getKernel,
  grads,
  memory,
  setBackend,
  tidy,
} from "@tensorflow/tfjs-core";
import type { OpDeclaration } from "@tessera/core";
import { describe, expect, inject, test } from "vitest";
import type { Tolerance } from "./all-close.ts";
import { kernelsRun } from "./kernels-run.ts";
import { composedUntil } from "./composed.ts";
import type { OpCases } from "./op-cases.ts";
import { seeded } from "./seeded.ts";

export interface OpSuiteOptions {
  /** Of values, for cases without one of their own. @default rtol 1e-4, atol 1e-5 */
  tolerance?: Tolerance;
  /** Which ops the backend has a kernel for; the others have no tests. @default those registered for the current backend */
  has?: (op: OpDeclaration) => boolean;
}

interface Value {
  shape: number[];
  data: Float32Array | Int32Array | Uint8Array;
}

type Named = Record<string, Tensor>;

interface Results {
  kernels: string[];
  values: Value[];
  gradients: Value[];
}

/** What cases give by definition: the same for every instruction set that a file goes through. */
const definitions = new WeakMap<object, Results>();

/** Cases whose types are forgotten: the suite only hands on what they gave. */
type AnyCases = OpCases<OpDeclaration, never>;

/**
 * Tests what every backend owes to every op: that the current backend's kernel runs, and gives what the composed definition
 * gives in plain JavaScript, values and gradients, twice in a row, since memory and what was packed serve again, and leaves
 * nothing behind; and that each declared op has cases at all, with each of its optional inputs and without.
 */
export function opSuite(
  ops: readonly OpDeclaration[],
  cases: readonly AnyCases[],
  { tolerance = {}, has = ({ name }) => getKernel(name, getBackend()) !== undefined }: OpSuiteOptions = {},
): void {
  test("every op has cases, with each optional input and without", () => expectCases(ops, cases));

  describe.each(cases.filter(({ op }) => has(op)))(
    "$op.name",
    ({ op, call, differentiable, gradientTolerance, cases: all }) => {
      // One in the middle is neither the smallest nor an extreme.
      const chosen = inject("everyCase") ? all : [all[all.length >> 1]!];
      test.for(chosen)("$name", async (given, { skip }) => {
        const draw = given.inputs as () => Named;
        // tfjs's WebGPU backend neither binds nor reads a tensor without values.
        skip(getBackend() === "webgpu" && tidy(() => Object.values(draw()).some(({ size }) => size === 0)));
        const forward = (inputs: Named) => listOf(call(inputs as never, given.attrs as never));
        const forwardOnly = given.forwardOnly === true || given.forwardOnly === getBackend();
        const slopes = forwardOnly ? [] : ((differentiable ?? []) as readonly string[]);
        const backward = (inputs: Named) =>
          gradientsOf((some) => call(some as never, given.attrs as never), inputs, slopes);

        let expected = definitions.get(given);
        if (!expected) definitions.set(given, (expected = await onCpu(() => runOnce(draw, forward, backward))));
        for (let round = 0; round < 2; round++) {
          const { numTensors } = memory();
          const got = await runOnce(draw, forward, backward);
          expect(got.kernels).toEqual(
            expect.arrayContaining(kernelsOf(slopes.length > 0 ? [op, ...op.gradients] : [op])),
          );
          await expectClose(got.values, expected.values, { ...tolerance, ...given.tolerance });
          await expectClose(got.gradients, expected.gradients, { ...tolerance, atol: 5e-5, ...gradientTolerance });
          expect(memory().numTensors).toBe(numTensors);
        }
      });
    },
  );
}

function expectCases(ops: readonly OpDeclaration[], cases: readonly AnyCases[]): void {
  const names = (declared: readonly OpDeclaration[]) => declared.map(({ name }) => name).sort();
  expect(names(cases.map(({ op }) => op))).toEqual(names(ops));
  for (const { op, cases: all } of cases) {
    const optional = Object.keys(op.inputs).filter((input) => op.inputs[input] === "optional");
    // One shows all that are required.
    const some = optional.length > 0 ? all : all.slice(0, 1);
    const given = some.map(({ inputs }) => tidy(() => Object.keys((inputs as () => Named)())));
    const always = given.reduce((shared, present) => shared.filter((name) => present.includes(name)));
    const ever = new Set(given.flat());
    expect([...ever], op.name).toEqual(expect.arrayContaining(Object.keys(op.inputs)));
    expect(
      always.filter((name) => optional.includes(name)),
      `${op.name}: given by every case`,
    ).toEqual([]);
  }
}

/** Names of those that the current backend has. */
function kernelsOf(ops: readonly OpDeclaration[]): string[] {
  return ops.flatMap(({ name }) => (getKernel(name, getBackend()) ? [name] : []));
}

async function runOnce(
  draw: () => Named,
  forward: (inputs: Named) => Tensor[],
  backward: (inputs: Named) => Tensor[],
): Promise<Results> {
  const inputs = draw();
  let values: Tensor[] = [];
  let gradients: Tensor[] = [];
  const kernels = kernelsRun(() => {
    values = tidy(() => forward(inputs));
    gradients = tidy(() => backward(inputs));
  });
  const read = { kernels, values: await valuesOf(values), gradients: await valuesOf(gradients) };
  dispose([inputs, values, gradients] as never);
  return read;
}

/** Gradients of the output, multiplied by a seeded probe, for some of the inputs. */
function gradientsOf(call: (inputs: Named) => unknown, inputs: Named, names: readonly string[]): Tensor[] {
  const used = names.filter((name) => name in inputs);
  if (used.length === 0) return [];
  const f = (...some: Tensor[]) =>
    call({ ...inputs, ...Object.fromEntries(some.map((tensor, i) => [used[i]!, tensor])) }) as Tensor;
  const { shape } = f(...used.map((name) => inputs[name]!));
  return grads(f)(
    used.map((name) => inputs[name]!),
    seeded(99).normals(shape),
  );
}

/** In plain JavaScript, without the kernels that we have there. */
async function onCpu<T>(work: () => Promise<T>): Promise<T> {
  const current = getBackend();
  if (!findBackend("cpu")) await import("@tensorflow/tfjs-backend-cpu");
  await setBackend("cpu");
  try {
    return await composedUntil(work);
  } finally {
    await setBackend(current);
  }
}

async function valuesOf(tensors: readonly Tensor[]): Promise<Value[]> {
  return Promise.all(tensors.map(async (tensor) => ({ shape: tensor.shape, data: (await tensor.data()).slice() })));
}

async function expectClose(got: readonly Value[], expected: readonly Value[], tolerance: Tolerance): Promise<void> {
  expect(got.map(({ shape }) => shape)).toEqual(expected.map(({ shape }) => shape));
  for (const [i, value] of got.entries()) await expect(value).toBeAllClose(expected[i]!, tolerance);
}

function listOf(output: unknown): Tensor[] {
  return Array.isArray(output) ? (output as Tensor[]) : [output as Tensor];
}
