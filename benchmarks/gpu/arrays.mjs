import { tensor } from "@tensorflow/tfjs-core";

/** Numbers that are the same everywhere, roughly normal. @param {number} seed @returns {() => number} */
export function normals(seed) {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const uniform = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  return () => (uniform() + uniform() + uniform() + uniform() - 2) * Math.sqrt(3);
}

/** A tensor of them on the current backend. @param {number[]} shape @param {number} seed */
export function normal(shape, seed, deviation = 1, mean = 0) {
  const next = normals(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Float32Array.from({ length: size }, () => mean + deviation * next()),
    shape,
  );
}
