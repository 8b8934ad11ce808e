import { FormatError, TesseraError } from "@tessera/core";

/** Where a training is, besides its tensors. Random numbers follow from the seed and the step, so they need no state. */
export interface Position {
  /** Steps done; the next one's number. */
  step: number;
  /** Of the next step, 0-based, and the next batch within it. */
  epoch: number;
  batch: number;
  /** The step after which the last evaluation was. */
  evaluated: number;
  best: { step: number; value: number } | undefined;
  /** Evaluations since the best one. */
  patience: number;
  /** Steps since the last evaluation and the sum of their losses. */
  since: { steps: number; loss: number };
}

/** Before the first step. */
export const START: Position = {
  step: 0,
  epoch: 0,
  batch: 0,
  evaluated: 0,
  best: undefined,
  patience: 0,
  since: { steps: 0, loss: 0 },
};

/** A position and the run that it is one of, as a checkpoint's metadata. */
export function toMetadata(position: Position, config: Readonly<Record<string, unknown>>): Record<string, string> {
  return { format: "tessera.train", position: JSON.stringify(position), config: JSON.stringify(config) };
}

/** @throws {FormatError} if it is no checkpoint of a training. */
export function fromMetadata(
  metadata: Readonly<Record<string, string>>,
  name: string,
): { position: Position; config: Record<string, unknown> } {
  const { format, position, config } = metadata;
  if (format !== "tessera.train" || position === undefined || config === undefined) {
    throw new FormatError(`${name}: expected a checkpoint of a training, got a file without its position`);
  }
  return { position: JSON.parse(position) as Position, config: JSON.parse(config) as Record<string, unknown> };
}

/** @throws {TesseraError} naming every setting that is not as it was, with both values. */
export function expectSameRun(now: Readonly<Record<string, unknown>>, before: Record<string, unknown>): void {
  const [flatNow, flatBefore] = [flat(JSON.parse(JSON.stringify(now))), flat(before)];
  const paths = new Set([...flatNow.keys(), ...flatBefore.keys()]);
  const differ = [...paths].filter((path) => flatNow.get(path) !== flatBefore.get(path));
  if (differ.length === 0) return;
  const rows = differ.map((path) => `  ${path}: expected ${flatBefore.get(path)}, got ${flatNow.get(path)}`);
  throw new TesseraError(
    `fit: expected the configuration of the run that is resumed, got another\n${rows.join("\n")}\n` +
      "Resume with the run's own, or begin another run.",
  );
}

/** Leaves by path, as JSON. */
function flat(value: unknown, path = ""): Map<string, string> {
  if (typeof value !== "object" || value === null) return new Map([[path, JSON.stringify(value)]]);
  const leaves = Object.entries(value).map(([key, part]) => flat(part, path === "" ? key : `${path}.${key}`));
  return new Map(leaves.flatMap((found) => Array.from(found)));
}
