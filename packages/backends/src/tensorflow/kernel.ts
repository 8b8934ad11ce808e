import { type OpDeclaration, type OpKernel, registerOp } from "@tessera/core";
import type { TensorFlowBackend } from "./library.ts";

/** What runs an op on TensorFlow. */
export type Kernel<O extends OpDeclaration> = OpKernel<O, TensorFlowBackend>;

/** Registers a kernel for an op, once. */
export function register<O extends OpDeclaration>(op: O, kernel: Kernel<O>): void {
  registerOp(op, "tensorflow", kernel);
}
