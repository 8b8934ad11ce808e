import {
  type Scalar,
  type Tensor,
  add,
  exp,
  log,
  mul,
  neg,
  relu,
  sigmoid,
  square,
  sub,
  sum,
  tidy,
} from "@tensorflow/tfjs-core";
import { ALPHA } from "../matching/criterion.ts";

/**
 * Focal loss over all entries, α 0.25, γ 2: Lin et al. 2017, eq. 5. logits and targets (0 or 1) of one shape -> a sum. Differentiable
 * in the logits.
 */
export function focalLoss(logits: Tensor, targets: Tensor): Scalar {
  return tidy(() => {
    const magnitude = add(relu(logits), relu(neg(logits)));
    // −log σ(x) where the target is 1 and −log σ(−x) where it is 0, without overflow.
    const crossEntropy = add(sub(relu(logits), mul(logits, targets)), log(add(1, exp(neg(magnitude)))));
    const p = sigmoid(logits);
    // How far the probability is from the target.
    const miss = sub(add(p, targets), mul(mul(p, targets), 2));
    const balance = add(mul(targets, 2 * ALPHA - 1), 1 - ALPHA);
    return sum(mul(mul(balance, square(miss)), crossEntropy)) as Scalar;
  });
}
