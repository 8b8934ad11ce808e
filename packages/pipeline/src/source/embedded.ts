/** Name of the model that comes with this package: a small ViT trained on CIFAR-10; see its card in `models/`. */
export const EMBEDDED_MODEL = "vit_cifar10";

/** What `tessera models` says of it. */
export const embeddedModel = {
  name: EMBEDDED_MODEL,
  tag: "cifar10",
  labels: "cifar-10",
  license: "apache-2.0",
} as const;

// Written out, so that bundlers see the files and ship them with a page that uses the default.
const config = new URL("../../models/vit_cifar10/config.json", import.meta.url);
const weights = new URL("../../models/vit_cifar10/model.safetensors", import.meta.url);

/** Where the embedded model's files lie: on disk in Node, beside the bundle in a browser. */
export const embeddedFiles = { config, weights };
