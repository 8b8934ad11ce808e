import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import util from "node:util";
import { type BackendName, type BackendProvider, type BackendReport, available, unavailable } from "./backend.ts";

/** What of tfjs-node's backend tells the device. */
interface TensorFlowBackend {
  isUsingGpuDevice?: boolean;
}

/** TensorFlow's C library through a package that the user has installed: `cuda` on NVIDIA GPUs, `tensorflow` on CPUs. */
function tensorflow(name: BackendName, packageName: string, usesGpu: boolean): BackendProvider {
  async function load(): Promise<TensorFlowBackend> {
    const file = locate(packageName);
    if (!file) throw new Error(`${packageName} is not installed; npm install ${packageName}`);
    restoreIsNullOrUndefined();
    const tf = (await import(pathToFileURL(file).href)) as {
      default: { findBackend(name: string): TensorFlowBackend | null };
    };
    const backend = tf.default.findBackend("tensorflow");
    if (!backend) throw new Error(`${packageName} is installed, but registered no backend; reinstall it`);
    if (usesGpu && backend.isUsingGpuDevice === false) {
      throw new Error(
        `${packageName} is installed, but finds no GPU: it needs an NVIDIA driver, CUDA 11.2 and cuDNN 8.1 on the library path`,
      );
    }
    return backend;
  }
  return {
    name,
    tfjsName: "tensorflow",
    async probe(): Promise<BackendReport> {
      // Loading takes a second and half a gigabyte, so only what is installed is loaded.
      if (!locate(packageName)) return unavailable(name, `${packageName} is not installed; npm install ${packageName}`);
      try {
        await load();
        return available(name, usesGpu ? "NVIDIA GPU through TensorFlow" : "TensorFlow, all cores");
      } catch (error) {
        return unavailable(name, (error as Error).message.split("\n", 1)[0]!);
      }
    },
    async register() {
      await load();
    },
  };
}

/** The package's main file, from beside this package or from the user's project. */
function locate(packageName: string): string | undefined {
  for (const from of [import.meta.url, pathToFileURL(join(process.cwd(), "package.json")).href]) {
    try {
      return createRequire(from).resolve(packageName);
    } catch {
      // Not to be found from there.
    }
  }
  return undefined;
}

/** Node 23 took away a function that tfjs-node 4.22 calls; its fix was never released (tfjs issue 8609). */
function restoreIsNullOrUndefined(): void {
  const old = util as { isNullOrUndefined?: (value: unknown) => boolean };
  old.isNullOrUndefined ??= (value) => value === null || value === undefined;
}

export const cuda = tensorflow("cuda", "@tensorflow/tfjs-node-gpu", true);
export const tensorflowCpu = tensorflow("tensorflow", "@tensorflow/tfjs-node", false);
