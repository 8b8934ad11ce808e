// For the test project whose backend is `cpu`: what `useBackend("cpu")` registers besides tfjs's own.
import { registerCpuKernels } from "../kernels.ts";

registerCpuKernels();
