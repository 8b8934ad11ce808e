import { engine, grads, sum, square, variableGrads } from "@tensorflow/tfjs-core";
import { normal } from "./arrays.mjs";

/** Values by name: of the result, and of the gradient of each input or parameter. @typedef {Record<string, ArrayLike<number>>} Outcome */

/**
 * What the current backend makes of an op.
 * @param {import("./op-cases.mjs").Case} op @returns {Promise<Outcome>}
 */
export function ofOp({ inputs, run }) {
  return scoped(() => {
    const given = inputs();
    const y = run(...given);
    const ofInputs = grads(run)(given, normal(y.shape, 99));
    return { value: y, ...Object.fromEntries(ofInputs.map((gradient, i) => [`gradient ${i}`, gradient])) };
  });
}

/**
 * What it makes of a model on a picture, and with `trained` the gradients of every parameter.
 * @param {any} model with no values yet @param {number} side of the picture, in pixels @param {boolean} trained @returns {Promise<Outcome>}
 */
export function ofModel(model, side, trained) {
  return scoped(() => {
    for (const [i, [path, param]] of [...model.params()].entries()) param.set(weightOf(path, param.shape, i));
    const images = normal([1, side, side, 3], 7);
    const logits = model.forward(images);
    if (!trained) return { value: logits };
    const { grads: gradients } = variableGrads(() => sum(square(model.forward(images))));
    return { value: logits, ...gradients };
  });
}

/** Of a size that keeps activations near 1. @param {string} path @param {number[]} shape @param {number} seed */
export function weightOf(path, shape, seed) {
  const isNorm = /norm\d?(_\w+)?\.weight$/.test(path);
  const inputs = shape.slice(1).reduce((product, length) => product * length, 1);
  return normal(shape, seed, isNorm || shape.length === 1 ? 0.1 : inputs ** -0.5, isNorm ? 1 : 0);
}

/** Reads the tensors and frees all that was made. @param {() => Record<string, any>} make @returns {Promise<Outcome>} */
async function scoped(make) {
  engine().startScope();
  try {
    const tensors = Object.entries(make());
    /** @type {Outcome} */
    const outcome = {};
    for (const [i, [name, tensor]] of tensors.entries()) {
      // tfjs numbers variables on and on; their order is the same on every backend.
      outcome[/^\d+$/.test(name) ? `parameter ${i}` : name] = await tensor.data();
    }
    return outcome;
  } finally {
    engine().endScope();
  }
}
