import { availableParallelism } from "node:os";
import {
  type BackendName,
  type BackendProvider,
  type BackendReport,
  type Precision,
  available,
  unavailable,
} from "../backend.ts";
import { locate } from "../locate.node.ts";
import { explainFailure } from "./failure.ts";
import type { TensorFlowBackend } from "./library.ts";
import { loadPackage } from "./load.node.ts";
import { gpuModel, hasDriver, missingCuda } from "./nvidia.node.ts";
import { multiplies, setPrecision } from "./precision.ts";
import { registerTensorflowKernels } from "./register.ts";

interface Form {
  name: BackendName;
  packageName: string;
  /** Lower precisions that are worth asking the library for. */
  precisions: readonly Precision[];
  refusal(precision: Precision): string;
  /** What stands in the way before the library is loaded, which takes a second and half a gigabyte. */
  obstacle?(): string | undefined;
  /** What it runs on; throws a reason if that is not what the form is for. */
  device(backend: TensorFlowBackend): string;
}

/** TensorFlow's C library through a package that the user has installed. */
function tensorflow({ name, packageName, precisions, refusal, obstacle, device }: Form): BackendProvider {
  async function load(): Promise<TensorFlowBackend> {
    const file = locate(packageName);
    if (!file) throw new Error(`${packageName} is not installed; npm install ${packageName}`);
    const reason = obstacle?.();
    if (reason) throw new Error(reason);
    try {
      return await loadPackage(packageName, file);
    } catch (error) {
      throw new Error(explainFailure(packageName, (error as Error).message), { cause: error });
    }
  }
  return {
    name,
    tfjsName: "tensorflow",
    async probe(): Promise<BackendReport> {
      try {
        const backend = await load();
        const lower = precisions.filter((precision) => multiplies(backend, precision));
        return available(name, device(backend), ["f32", ...lower]);
      } catch (error) {
        return unavailable(name, (error as Error).message);
      }
    },
    refusal,
    async register({ precision = "f32" }) {
      setPrecision(await load(), precision);
      registerTensorflowKernels();
    },
  };
}

/** NVIDIA GPUs. */
export const cuda = tensorflow({
  name: "cuda",
  packageName: "@tensorflow/tfjs-node-gpu",
  precisions: ["f16", "bf16"],
  refusal: (precision) => `this TensorFlow has no ${precision} products for GPUs`,
  obstacle: () => (hasDriver() ? undefined : "there is no NVIDIA driver; install it, version 460 or later"),
  device({ isUsingGpuDevice, binding }) {
    if (isUsingGpuDevice) return `${gpuModel() ?? "NVIDIA GPU"}, TensorFlow ${binding.TF_Version}`;
    const missing = missingCuda();
    throw new Error(
      missing
        ? `TensorFlow finds no GPU because CUDA 11.2 and cuDNN 8.1 are not complete: it needs ${missing}; install them and name their folder in LD_LIBRARY_PATH`
        : "TensorFlow finds no GPU; update the NVIDIA driver, and see that CUDA_VISIBLE_DEVICES names a GPU",
    );
  },
});

/** The same on all CPU cores. */
export const tensorflowCpu = tensorflow({
  name: "tensorflow",
  packageName: "@tensorflow/tfjs-node",
  precisions: ["bf16"],
  refusal: (precision) => `on CPUs TensorFlow multiplies ${precision} no faster than f32`,
  device: ({ binding }) =>
    `TensorFlow ${binding.TF_Version}, ${process.env["TF_NUM_INTRAOP_THREADS"] ?? availableParallelism()} threads`,
});
