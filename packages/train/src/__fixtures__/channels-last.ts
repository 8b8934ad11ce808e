import type { Stored } from "@tessera/testing";

/** Images of the reference, [..., c, h, w], as ours: [..., h, w, c]. */
export function channelsLast({ data, shape }: Stored): Float32Array {
  const [c, h, w] = shape.slice(-3) as [number, number, number];
  const out = new Float32Array(data.length);
  for (let from = 0; from < data.length; from++) {
    const [at, channel, image] = [from % (h * w), Math.floor(from / (h * w)) % c, Math.floor(from / (h * w * c))];
    out[(image * h * w + at) * c + channel] = data[from]!;
  }
  return out;
}
