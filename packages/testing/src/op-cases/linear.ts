import { type Activation, type InputsOf, linear, linearGrad, linearGradOp, linearOp } from "@tessera/core";
import { type OpCase, casesOf } from "../op-cases.ts";
import { activations } from "./activation.ts";
import { normals, oddRows } from "./draw.ts";

type Inputs = InputsOf<typeof linearOp>;
type Epilogue = "bias" | "scale" | "residual";

const everything: readonly Epilogue[] = ["bias", "scale", "residual"];
const widths = [[1, 1], [3, 5], [7, 5], [4, 8], [17, 33], [33, 45], [66, 64], [64, 70], [64, 130]] as const; // prettier-ignore

/** x [leading, in] with a weight [out, in] whose products are near 1. */
function draw(
  leading: readonly number[],
  [depth, out]: readonly [number, number],
  epilogue: readonly Epilogue[],
): Inputs {
  const after = {
    bias: () => normals(3, [out]),
    scale: () => normals(4, [out]),
    residual: () => normals(5, [...leading, out]),
  };
  return {
    x: normals(1, [...leading, depth]),
    weight: normals(2, [out, depth], depth ** -0.5),
    ...Object.fromEntries(epilogue.map((name) => [name, after[name]()])),
  };
}

function caseOf(
  leading: readonly number[],
  size: readonly [number, number],
  epilogue: readonly Epilogue[],
  activation: Activation = "none",
): OpCase<typeof linearOp, { activation: Activation }> {
  const after = [...(activation === "none" ? [] : [activation]), ...epilogue].join(", ");
  return {
    name: `[${leading.join(", ")}, ${size[0]}] -> ${size[1]}${after && `, with ${after}`}`,
    inputs: () => draw(leading, size, epilogue),
    attrs: { activation },
  };
}

/** Each number of rows meets two of the widths: on a GPU every one more is a shader more to compile. */
const sizes = [...oddRows, 8, 9].flatMap((rows) =>
  [rows % 9, (rows + 4) % 9].map((at) => [rows, widths[at]!] as const),
);

export const linearCases = casesOf({
  op: linearOp,
  call: ({ x, weight, ...after }, attrs) => linear(x, weight, { ...after, ...attrs }),
  differentiable: ["x", "weight", ...everything],
  gradientTolerance: { atol: 2e-4 },
  cases: [
    ...sizes.map(([rows, size], i) =>
      Object.assign(caseOf([rows], size, i % 2 ? everything : [], i % 2 ? "gelu" : "none"), { forwardOnly: true }),
    ),
    ...[[7], [2, 3], [2, 1, 3], [1], [1, 1]].map((leading) => caseOf(leading, [6, 5], ["bias"])),
    ...[["bias"], ["scale"], ["residual"], ["bias", "scale"], ["bias", "residual"]].map((epilogue) =>
      caseOf([2, 3], [6, 4], epilogue as Epilogue[]),
    ),
    ...activations.map((activation) => caseOf([2, 17], [33, 45], everything, activation)),
    // Rows that fall on the same sets of a cache, in several blocks.
    caseOf([23], [1024, 37], []),
    caseOf([0], [6, 5], ["bias"]),
  ],
});

export const linearGradCases = casesOf({
  op: linearGradOp,
  call: ({ dy, x, weight }, { wanted }: { wanted: "x" | "weight" | "bias" }) => linearGrad(dy, x, weight)[wanted](),
  cases: [0, ...oddRows].flatMap((rows) => {
    const some = [[3, 5], [6, 12], [65, 31], [64, 96], [33, 45], [33, 4]] as const; // prettier-ignore
    return [some[rows % 6]!, some[(rows + 2) % 6]!].flatMap(([depth, out]) =>
      (["x", "weight", "bias"] as const).map((wanted) => ({
        name: `of ${wanted}, ${rows} rows, ${depth} -> ${out}`,
        inputs: () => ({ dy: normals(1, [rows, out]), x: normals(2, [rows, depth]), weight: normals(3, [out, depth]) }),
        attrs: { wanted },
        tolerance: { atol: 1e-4 },
      })),
    );
  }),
});
