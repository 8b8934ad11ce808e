import type { ModelChoice, Place } from "../worker/calls.ts";

/**
 * What `imageClassifier` and `loadModel` are given for a model: their arguments, and how `tessera` is told.
 * @param more options besides those that the model asks for
 */
export function sourceOf(model: ModelChoice, more: readonly string[] = []): { args: string; flags: string } {
  const args = (spec: string | undefined, ...own: readonly string[]) => {
    const options = [...own, ...more];
    if (options.length === 0) return spec === undefined ? "" : JSON.stringify(spec);
    return `${JSON.stringify(spec) ?? "undefined"}, { ${options.join(", ")} }`;
  };
  if (model.kind === "embedded") return { args: args(undefined), flags: "" };
  if (model.kind === "variant") return { args: args(model.variant), flags: ` --model ${model.variant}` };
  if (model.kind === "address") {
    const { address, endpoint } = model;
    const hub = endpoint ? [`hub: { endpoint: ${JSON.stringify(endpoint)} }`] : [];
    return { args: args(address, ...hub), flags: ` --model ${quoted(address)}` };
  }
  const { weights, config, arch = "" } = model;
  if (config) return { args: args("./model"), flags: " --model ./model" };
  return {
    args: args(weights.name, `arch: ${JSON.stringify(arch)}`),
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
