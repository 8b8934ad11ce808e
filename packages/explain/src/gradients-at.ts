import { type Scalar, type Tensor, type Tensor2D, type Tensor4D, engine, keep, tidy } from "@tensorflow/tfjs-core";
import { unrecorded } from "@tessera/core";
import type { Explained } from "./explained.ts";

/** What a pass saw at a place of the model, and how the target changes with it. The caller's to dispose of. */
export interface Seen {
  value: Tensor;
  gradient: Tensor | undefined;
}

/**
 * One forward and one backward: what a model offers at the places that are wanted, the gradient of the target with respect to each, and
 * to the images. A part that runs twice shows its last value.
 *
 * @param wanted Tells by the path of an intermediate, such as `blocks.3.attn.weights`, whether it is looked at.
 */
export function gradientsAt(
  model: Explained,
  images: Tensor4D,
  target: (logits: Tensor2D) => Scalar,
  wanted: (path: string, value: Tensor) => boolean,
): { seen: Map<string, Seen>; images: Tensor4D; logits: Tensor2D } {
  const values = new Map<string, { inPass: Tensor; kept: Tensor }>();
  // tfjs reads the list once the forward is done: by then it has the intermediates.
  const inputs: Tensor[] = [images];
  let logits: Tensor2D | undefined;
  const capture = (path: string, compute: () => Tensor) => {
    const value = compute();
    if (!wanted(path, value)) return;
    values.get(path)?.kept.dispose();
    values.set(path, { inPass: value, kept: unrecorded(() => keep(value.clone())) });
  };
  const { value, grads } = engine().gradients(
    () =>
      tidy(() => {
        const answer = model.forward(images, { capture });
        logits = unrecorded(() => keep(answer.clone()));
        inputs.push(...[...values.values()].map(({ inPass }) => inPass));
        return target(answer);
      }),
    inputs,
    undefined as never,
    true,
  );
  value.dispose();
  const [ofImages, ...others] = grads;
  const seen = [...values].map(([path, { kept }], i): [string, Seen] => [path, { value: kept, gradient: others[i] }]);
  return { seen: new Map(seen), images: ofImages as Tensor4D, logits: logits! };
}
