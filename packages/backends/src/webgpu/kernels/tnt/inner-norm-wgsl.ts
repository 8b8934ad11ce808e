import { type InnerShape, THREADS, innerLayout } from "./inner-layout.ts";

/**
 * `fn word_moments(lane)` or `fn patch_moments(lane)`: leaves for each word its mean and 1 / √(σ² + ε) over its channels,
 * or those of its whole patch.
 */
export function momentsWgsl(shape: InnerShape, over: "word" | "patch"): string {
  const { words, width } = shape;
  const { fours, lanes } = innerLayout(shape);
  const [count, total] =
    over === "word"
      ? [width, `for (var i = r; i < ${lanes * fours}u; i += ${fours}u) { sum += parts[i]; }`]
      : [
          words * width,
          `for (var i = 0u; i < ${lanes * fours}u; i++) { sum += parts[i]; }
  sum = vec4<f32>(dot(sum, vec4<f32>(1.0)));`,
        ];
  // Threads of a four are a whole number of fours apart, and so are the channels that each of them takes.
  const each = (body: string) => `if (lane < ${lanes * fours}u) {
    var sum = vec4<f32>();
    for (var at = lane; at < ${width * fours}u; at += ${lanes * fours}u) { ${body} }
    parts[lane] = real(r, sum);
  }
  workgroupBarrier();`;
  return `fn ${over}_mean(r: u32) -> vec4<f32> {
  var sum = vec4<f32>();
  ${total}
  return sum / ${count}.0;
}
fn ${over}_moments(lane: u32) {
  let r = lane % ${fours}u;
  ${each("sum += residual[at];")}
  let mean = ${over}_mean(r);
  workgroupBarrier();
  ${each("let centred = residual[at] - mean; sum += centred * centred;")}
  if (lane < ${fours}u) {
    means[r] = mean;
    inverses[r] = inverseSqrt(${over}_mean(r) + params.epsilon);
  }
  workgroupBarrier();
}`;
}

/** `fn normalise(lane, gamma, beta)`: words by their moments, with the parameters that lie there in `vectors`. */
export function normaliseWgsl(shape: InnerShape): string {
  const { fours } = innerLayout(shape);
  return `fn normalise(lane: u32, gamma: u32, beta: u32) {
  for (var at = lane; at < ${shape.width * fours}u; at += ${THREADS}u) {
    let r = at % ${fours}u;
    let c = at / ${fours}u;
    normal[at] = half4(real(r, (residual[at] - means[r]) * inverses[r] * vectors[gamma + c] + vectors[beta + c]));
  }
  workgroupBarrier();
}`;
}
