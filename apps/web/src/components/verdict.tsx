import type { Difference } from "../worker/calls.ts";

/** How far two answers are apart. */
export function Verdict({ difference }: { difference: Difference | undefined }) {
  if (!difference) return <p class="verdict">They know other classes, so their logits cannot be compared.</p>;
  const { largest, where, scale } = difference;
  return (
    <p class="verdict">
      Largest difference of their logits: <b data-testid="difference">{largest.toExponential(2)}</b>
      {where && largest > 0 && ` (${where})`}; the largest logit is {scale.toFixed(2)}.
    </p>
  );
}
