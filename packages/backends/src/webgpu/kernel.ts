import { type Named, type OpDeclaration, type OpKernel, registerOp } from "@tessera/core";
import type { TfjsWebgpu } from "./device/tfjs-backend.ts";

/** What runs an op on the GPU. */
export type Kernel<O extends OpDeclaration> = OpKernel<O, TfjsWebgpu>;

/** Registers a kernel for an op, once. */
export function register<O extends OpDeclaration>(op: Named<O>, kernel: Kernel<O>): void {
  registerOp(op, "webgpu", kernel);
}
