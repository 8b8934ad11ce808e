import { here } from "./host.mjs";
import { modelNamed } from "./models.mjs";

/**
 * How a contender is started: PyTorch's by Python, others by Node.
 * @param {string} kind @param {string} model a name in models.mjs
 * @param {{ batch: number, threads: number, python: string }} options
 * @returns {[program: string, ...args: string[]]}
 */
export function commandOf(kind, model, { batch, threads, python }) {
  const numbers = [String(batch), String(threads)];
  if (!kind.startsWith("torch-")) return [process.execPath, here("contender.mjs"), kind, model, ...numbers];
  return [
    python,
    here("contenders/pytorch.py"),
    kind.slice("torch-".length),
    JSON.stringify(modelNamed(model)),
    ...numbers,
  ];
}
