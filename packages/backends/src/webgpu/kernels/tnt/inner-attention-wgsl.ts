import { LOWEST } from "../../wgsl/lowest.ts";
import { type InnerShape, THREADS, innerLayout } from "./inner-layout.ts";

/**
 * `fn attend(lane)`: a query of a head a thread, which looks at four keys at a time and keeps no scores: Dao et al. 2022,
 * the online softmax. Where its query was lies what comes of it.
 */
export function attendWgsl(shape: InnerShape): string {
  const { words, width, heads } = shape;
  const { fours } = innerLayout(shape);
  const head = width / heads;
  const each = (line: (c: number) => string) => Array.from({ length: head }, (_, c) => line(c)).join("\n    ");
  const place = (c: number) => `mixed[(first + ${c}u) * ${fours * 4}u + query]`;
  return `fn attend(lane: u32) {
  for (var at = lane; at < ${heads * words}u; at += ${THREADS}u) {
    let query = at % ${words}u;
    let first = at / ${words}u * ${head}u;
    ${each((c) => `let q${c} = f32(${place(c)}); var out${c} = 0.0;`)}
    var largest = ${LOWEST};
    var sum = 0.0;
    for (var r = 0u; r < ${fours}u; r++) {
      var score = vec4<f32>();
      ${each((c) => `score += q${c} * load_pool(first + ${c}u, r);`)}
      ${words % 4 === 0 ? "" : `score = select(vec4<f32>(${LOWEST}), score, r * 4u + vec4<u32>(0u, 1u, 2u, 3u) < vec4<u32>(${words}u));`}
      let top = max(largest, max(max(score.x, score.y), max(score.z, score.w)));
      let kept = exp(max(largest - top, -100.0));
      let below = score - top;
      // Not by max, which would lose a NaN; far below zero exp may be anything on some GPUs.
      let weights = real(r, exp(select(below, vec4<f32>(-100.0), below < vec4<f32>(-100.0))));
      largest = top;
      sum = sum * kept + dot(weights, vec4<f32>(1.0));
      ${each((c) => `out${c} = out${c} * kept + dot(weights, load_pool(${width}u + first + ${c}u, r));`)}
    }
    ${each((c) => `${place(c)} = half(out${c} / sum);`)}
  }
}`;
}
