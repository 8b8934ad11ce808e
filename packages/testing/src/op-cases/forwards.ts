import type { Tensor } from "@tensorflow/tfjs-core";
import { Linear, compileOp, linear, replayOp, replayed, runOp } from "@tessera/core";
import { casesOf } from "../op-cases.ts";
import { normals } from "./draw.ts";

/** A forward whose programs were compiled gives what it always gives. */
export const compileCases = casesOf({
  op: compileOp,
  call: (_, { rows }: { rows: number }): Tensor[] => {
    const [x, weight] = [normals(1, [rows, 6]), normals(2, [5, 6])];
    runOp(compileOp, {}, { run: () => linear(x, weight).dispose(), wait: () => undefined }, () => []);
    return [linear(x, weight)];
  },
  cases: [1, 17].map((rows) => ({ name: `a product of ${rows} rows`, inputs: () => ({}), attrs: { rows } })),
});

/** The first runs are traced, the last is replayed. */
const RUNS = 4;

export const replayCases = casesOf({
  op: replayOp,
  call: ({ x }, { width }: { width: number }) => {
    using model = new Linear(width, 5).init(1);
    const forward = replayed(model, (input: Tensor) => model.forward(input));
    for (let run = 1; run < RUNS; run++) forward(x).dispose();
    return forward(x);
  },
  cases: [
    [1, 6],
    [17, 33],
  ].map(([rows, width]) => ({
    name: `a layer, ${rows} rows`,
    inputs: () => ({ x: normals(1, [rows!, width!]) }),
    attrs: { width: width! },
  })),
});
