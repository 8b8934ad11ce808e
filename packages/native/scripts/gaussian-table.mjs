// npm run tables [FILE]: writes addon/kernels/gaussian_table.h, or FILE: Φ(−t) in pieces, each a polynomial.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const PIECES = 32;
const WIDTH = 1 / 8;
const DEGREE = 5;

/** Φ(−t) to some 14 digits: its series where that loses none, else a continued fraction (Abramowitz and Stegun, 26.2.10 and 26.2.14). */
function tail(t) {
  const bell = Math.exp((-t * t) / 2) / Math.sqrt(2 * Math.PI);
  if (t < 1.5) {
    let [term, sum] = [t, t];
    for (let n = 3; Math.abs(term) > 1e-18; n += 2) sum += term *= (t * t) / n;
    return 0.5 - bell * sum;
  }
  let fraction = t;
  for (let n = 400; n > 0; n--) fraction = t + n / fraction;
  return bell / fraction;
}

/** Coefficients of 1, d, d², … of the polynomial that meets f in Chebyshev's nodes of [−reach, reach]. */
function interpolate(f, reach, degree) {
  const nodes = Array.from({ length: degree + 1 }, (_, i) => reach * Math.cos((Math.PI * (i + 0.5)) / (degree + 1)));
  // Newton's divided differences, then multiplied out.
  const differences = nodes.map(f);
  for (let order = 1; order <= degree; order++)
    for (let i = degree; i >= order; i--)
      differences[i] = (differences[i] - differences[i - 1]) / (nodes[i] - nodes[i - order]);
  let polynomial = [0];
  for (let i = degree; i >= 0; i--) {
    const shifted = [0, ...polynomial];
    polynomial = shifted.map((value, power) => value - nodes[i] * (polynomial[power] ?? 0));
    polynomial[0] += differences[i];
  }
  return polynomial.slice(0, degree + 1);
}

const pieces = Array.from({ length: PIECES }, (_, piece) =>
  interpolate((d) => tail(piece * WIDTH + d), WIDTH / 2, DEGREE),
);
const rows = Array.from({ length: DEGREE + 1 }, (_, power) => {
  const values = pieces.map((piece) => `${Math.fround(piece[power]).toPrecision(9)}f`);
  const lines = Array.from({ length: PIECES / 8 }, (__, i) => `     ${values.slice(8 * i, 8 * i + 8).join(", ")}`);
  return `    {\n${lines.join(",\n")},\n    }`;
});

writeFileSync(
  process.argv[2] ?? fileURLToPath(new URL("../addon/kernels/gaussian_table.h", import.meta.url)),
  `// Made by npm run tables; do not edit.
#pragma once

namespace tessera {
namespace {

/** Pieces to a unit of t. */
constexpr float kGaussianPieces = ${1 / WIDTH}.0f;
/** Up to here the nearest piece is one of the table: half a piece further would be, but halves round either way. */
constexpr float kGaussianEnd = ${(PIECES - 0.5) * WIDTH - 2 ** -7}f;
/** Φ(−t) about the centre of piece i, t = i / ${1 / WIDTH} + d: coefficients of 1, d, d², …, each of all pieces. */
alignas(64) constexpr float kGaussianTable[${DEGREE + 1}][${PIECES}] = {
${rows.join(",\n")},
};

}  // namespace
}  // namespace tessera
`,
);
