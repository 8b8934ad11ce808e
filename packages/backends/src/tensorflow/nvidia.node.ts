import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** What the driver of NVIDIA writes on Linux. */
const driverFolder = "/proc/driver/nvidia";

/** Whether this system has NVIDIA's driver; only Linux can be asked without loading anything, others get the benefit. */
export function hasDriver(): boolean {
  // The last one is that of Windows' Linux.
  return process.platform !== "linux" || [driverFolder, "/dev/nvidiactl", "/dev/dxg"].some((path) => existsSync(path));
}

/** The first GPU's name. */
export function gpuModel(folder = join(driverFolder, "gpus")): string | undefined {
  const gpus = existsSync(folder) ? readdirSync(folder) : [];
  const text = gpus[0] && readFileSync(join(folder, gpus[0], "information"), "utf8");
  return text ? /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() : undefined;
}

/** What tfjs-node-gpu 4.22 was built against: CUDA 11.2 and cuDNN 8.1. */
const needed = ["libcudart.so.11.0", "libcublas.so.11", "libcudnn.so.8"];

/** Where the loader looks, near enough to say what is missing. */
function libraryFolders(): string[] {
  const named = (process.env["LD_LIBRARY_PATH"] ?? "").split(":").filter(Boolean);
  const usual = ["/usr/local/cuda/lib64", "/usr/local/cuda-11.2/lib64", "/usr/lib64", "/usr/lib/x86_64-linux-gnu"];
  return [...named, ...usual];
}

/** Names of CUDA's libraries that are not to be found, each with another version of it that is. */
export function missingCuda(folders = libraryFolders()): string {
  const files = folders.flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));
  const missing = needed.filter((name) => !files.includes(name));
  return missing
    .map((name) => {
      const stem = name.slice(0, name.indexOf(".so") + 4);
      const other = files.find((file) => file.startsWith(stem));
      return other ? `${name} (there is ${other})` : name;
    })
    .join(", ");
}
