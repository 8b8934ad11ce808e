export type { Checkpoint, StoredTensor, TensorValues } from "./checkpoint.ts";
export { FormatError, ShapeError, TesseraError } from "./errors.ts";
