import {
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  add,
  argMax,
  log,
  maximum,
  mean,
  mul,
  softmax,
  sum,
  tidy,
} from "@tensorflow/tfjs-core";
import { type Context, softmaxCrossEntropy, unrecorded } from "@tessera/core";
import type { Classifier } from "../fit/classifier.ts";
import type { Loss, Objective } from "../fit/options.ts";
import { crossEntropy } from "./cross-entropy.ts";

export interface DistillationOptions {
  /** To the teacher's best class, or to its probabilities. @default "hard" */
  kind?: "hard" | "soft";
  /** Share of the teacher's loss; the rest is the labels'. @default 0.5 */
  alpha?: number;
  /** Divides logits before probabilities are taken of them, for the soft kind. @default 1, as DeiT's code; its paper has 3 */
  temperature?: number;
  /** What the soft kind is divided by: images · classes as DeiT does, or images alone as timm. @default "elements" */
  divisor?: "elements" | "images";
  /** Of the labels. @default cross entropy */
  loss?: Loss;
}

/** What learns: with a head of its own for the teacher (DeiT's distilled models), or with one for both. */
export interface Student extends Classifier {
  forwardDistilled?(images: Tensor4D, ctx?: Context): { token: Tensor2D; distillation: Tensor2D };
}

/**
 * Learns from labels and from a teacher, any function of the same images to logits of the same classes: Touvron et al. 2021,
 * section 4. The teacher runs without gradients.
 */
export function distillation(
  student: Student,
  teacher: (images: Tensor4D) => Tensor2D,
  options: DistillationOptions = {},
): Objective {
  const { alpha = 0.5, loss = crossEntropy() } = options;
  const withTwoHeads =
    student.forwardDistilled && [...student.params().keys()].some((path) => path.startsWith("head_dist."));
  return ({ images, targets }, ctx) =>
    tidy(() => {
      const told = unrecorded(() => tidy(() => teacher(images)));
      const { token, distillation: other } = withTwoHeads
        ? student.forwardDistilled!(images, ctx)
        : oneHead(student.forward(images, ctx));
      return add(mul(loss(token, targets), 1 - alpha), mul(distillationLoss(other, told, options), alpha)) as Scalar;
    });
}

const oneHead = (logits: Tensor2D) => ({ token: logits, distillation: logits });

/** The teacher's part alone: logits of both, [b, classes]. Differentiable in the student's. */
export function distillationLoss(student: Tensor2D, teacher: Tensor2D, options: DistillationOptions = {}): Scalar {
  const { kind = "hard", temperature = 1, divisor = "elements" } = options;
  const [images, classes] = student.shape;
  return tidy(() => {
    if (kind === "hard") return mean(softmaxCrossEntropy(student, argMax(teacher, -1) as Tensor1D)) as Scalar;
    const shares = softmax(mul(teacher, 1 / temperature));
    // KL(teacher ‖ student) is their cross entropy without the teacher's own, which has no gradient.
    const own = sum(mul(shares, log(maximum(shares, 1e-30))));
    const divergence = add(sum(softmaxCrossEntropy(mul(student, 1 / temperature), shares)), own);
    const count = divisor === "elements" ? images * classes : images;
    return mul(divergence, temperature ** 2 / count) as Scalar;
  });
}
