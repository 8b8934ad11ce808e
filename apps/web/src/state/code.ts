import type { ModelChoice, Place } from "../worker/calls.ts";

/** What `imageClassifier` and `loadModel` are given for a model: their arguments, and how `tessera` is told. */
export function sourceOf(model: ModelChoice): { args: string; flags: string } {
  if (model.kind === "embedded") return { args: "", flags: "" };
  if (model.kind === "variant") return { args: JSON.stringify(model.variant), flags: ` --model ${model.variant}` };
  if (model.kind === "address") {
    const { address, endpoint } = model;
    const hub = endpoint ? `, { hub: { endpoint: ${JSON.stringify(endpoint)} } }` : "";
    return { args: JSON.stringify(address) + hub, flags: ` --model ${quoted(address)}` };
  }
  const { weights, config, arch = "" } = model;
  if (config) return { args: `"./model"`, flags: " --model ./model" };
  return {
    args: `${JSON.stringify(weights.name)}, { arch: ${JSON.stringify(arch)} }`,
    flags: ` --model ${quoted(weights.name)} --arch ${arch}`,
  };
}

/** The line that sets a backend and a number format. */
export function backendLine({ backend, precision }: Place): string {
  const options = precision === "f32" ? "" : `, { precision: "${precision}" }`;
  return `await useBackend("${backend}"${options});`;
}

/** A file's name for a shell. */
export function quoted(name: string): string {
  return /^[\w./@:-]+$/.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`;
}
