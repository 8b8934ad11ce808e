import { type Tensor2D, type Tensor4D, add, div, mean, mul, reshape, sqrt, square, sub, sum, tidy } from "@tensorflow/tfjs-core"; // prettier-ignore

/** Of each channel of each picture: [b, c] */
export interface Statistics {
  mean: Tensor2D;
  std: Tensor2D;
}

/** Mean and standard deviation over a map's places, of the unbiased variance + 1e-5: [b, h, w, c] -> two of [b, c] */
export function statistics(map: Tensor4D): Statistics {
  const [b, h, w, c] = map.shape;
  const rows = reshape(map, [b, h * w, c]);
  return tidy(() => {
    const average = mean(rows, 1, true);
    const variance = mul(sum(square(sub(rows, average)), 1), 1 / (h * w - 1));
    return { mean: reshape(average, [b, c]) as Tensor2D, std: sqrt(add(variance, 1e-5)) as Tensor2D };
  });
}

/** A map of mean 0 and deviation 1 in each channel of each picture: [b, h, w, c] -> [b, h, w, c] */
export function normalized(map: Tensor4D): Tensor4D {
  const [b, , , c] = map.shape;
  return tidy(() => {
    const of = statistics(map);
    const [average, std] = [of.mean, of.std].map((values) => reshape(values, [b, 1, 1, c]));
    return div<Tensor4D>(sub(map, average!), std!);
  });
}
