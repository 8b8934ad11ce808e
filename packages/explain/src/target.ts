import {
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  argMax,
  cast,
  mul,
  oneHot,
  slice,
  sum,
} from "@tensorflow/tfjs-core";
import { TesseraError, unrecorded } from "@tessera/core";

/** What is explained: the class that the model finds likeliest, a class by its number, or any function of the logits. */
export type Target = "predicted" | number | ((logits: Tensor2D) => Scalar);

/**
 * A target as a function of the logits [b, classes]. Pictures do not mix: the sum over them has each one's own gradient.
 * @throws {TesseraError} if there is no such class.
 */
export function targetOf(target: Target): (logits: Tensor2D) => Scalar {
  if (typeof target === "function") return target;
  if (target === "predicted") return (logits) => ofClasses(logits, unrecorded(() => argMax(logits, 1)) as Tensor1D);
  return (logits) => {
    const [b, classes] = logits.shape;
    if (!(Number.isInteger(target) && target >= 0 && target < classes))
      throw new TesseraError(`explain: expected a class from 0 to ${classes - 1}, got ${target}`);
    return sum(slice(logits, [0, target], [b, 1]));
  };
}

/** The sum of the scores of a class for each picture. */
export function ofClasses(logits: Tensor2D, classes: Tensor1D): Scalar {
  // tfjs's one-hot has numbers of the type that it is asked for in some backends only.
  const chosen = unrecorded(() => cast(oneHot(classes, logits.shape[1]), "float32"));
  return sum(mul(logits, chosen));
}
