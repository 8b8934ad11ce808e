import { expect, test } from "vitest";
import { type ResizeMethod, resizeMatrix } from "./resize-matrix.ts";

const methods: ResizeMethod[] = [
  "bilinear_align_corners",
  "bilinear",
  "bilinear_antialias",
  "bicubic",
  "bicubic_antialias",
  "bicubic_dino",
  "average",
];

// scipy.ndimage.zoom, torch.nn.functional.interpolate and PIL, by method.
const vectors: [number[], number, number[][]][] = [
  [
    [0, 1, 4, 9],
    6,
    [
      [0, 0.6, 1.6, 3.4, 6, 9],
      [0, 0.5, 1.5, 3.5, 6.5, 9],
      [0, 0.5, 1.5, 3.5, 6.5, 9],
      [-0.086806, 0.21875, 1.430556, 3.152778, 6.78125, 9.434028],
      [-0.065789, 0.294118, 1.361111, 3.361111, 6.823529, 9.328947],
      [-0.08848, 0.209823, 1.367899, 2.996626, 6.529583, 9.318969],
      [0, 0.5, 1, 4, 6.5, 9],
    ],
  ],
  [
    [0, 1, 4, 9],
    3,
    [
      [0, 2.5, 9],
      [0.166667, 2.5, 8.166667],
      [0.3, 2.5, 7.5],
      [0.091435, 2.125, 8.334491],
      [0.075515, 2.359195, 7.935927],
      [0.082616, 1.985277, 7.864155],
      [0.5, 2.5, 6.5],
    ],
  ],
  [
    [1, 0, 2],
    7,
    [
      [1, 0.6667, 0.3333, 0, 0.6667, 1.3333, 2],
      [1, 0.857143, 0.428571, 0, 0.857143, 1.714286, 2],
      [1, 0.857143, 0.428571, 0, 0.857143, 1.714286, 2],
      [1.109329, 0.85277, 0.209913, 0, 0.734694, 1.744898, 2.218659],
      [1.096154, 0.889197, 0.307479, 0, 0.814404, 1.803324, 2.192308],
      [1.109553, 0.864157, 0.230731, -0.01419, 0.671255, 1.675725, 2.209924],
      [1, 1, 0.5, 0, 1, 2, 2],
    ],
  ],
];

const rows = vectors.flatMap(([from, to, all]) =>
  methods.map((method, i) => ({ method, from, to, expected: all[i]! })),
);

test.each(rows)("$method of $from to $to", async ({ method, from, to, expected }) => {
  const matrix = resizeMatrix(method, from.length, to);
  const got = expected.map((_, i) => from.reduce((sum, value, j) => sum + value * matrix[i * from.length + j]!, 0));
  await expect(got).toBeAllClose(expected, { rtol: 0, atol: 5e-5 });
});

test.each(methods)("%s: rows sum to 1, so a constant stays", (method) => {
  for (const [from, to] of [
    [1, 1],
    [1, 5],
    [5, 1],
    [7, 3],
    [3, 7],
    [14, 9],
  ] as const) {
    const matrix = resizeMatrix(method, from, to);
    expect(matrix).toHaveLength(to * from);
    for (let i = 0; i < to; i++) {
      const sum = matrix.subarray(i * from, (i + 1) * from).reduce((total, weight) => total + weight, 0);
      expect(sum).toBeCloseTo(1, 5);
    }
  }
});

test.each(methods.filter((method) => method !== "bicubic_dino"))("%s to its own size changes nothing", (method) => {
  for (const size of [1, 2, 5]) {
    const identity = Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0));
    expect(resizeMatrix(method, size, size).map((weight) => weight + 0)).toEqual(identity);
  }
});
