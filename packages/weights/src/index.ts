export { type TensorFolder, tensorFolder } from "./folder/tensor-folder.ts";
export { keepAbsence } from "./hub/keep-absence.ts";
export { hubFile } from "./hub/hub-file.ts";
export { hubFiles } from "./hub/hub-files.ts";
export { isHubId } from "./hub/hub-id.ts";
export type { HubEntry, HubFile, HubListing, HubOptions, HubProgress, HubRetry } from "./hub/options.ts";
export { readNpz } from "./numpy/read.ts";
export { openCheckpoint } from "./open-checkpoint.ts";
export { readSafetensors } from "./safetensors/read.ts";
export {
  type NamedTensors,
  saveSafetensors,
  streamSafetensors,
  type TensorToWrite,
  type WriteOptions,
  writeSafetensors,
} from "./safetensors/write.ts";
export { openShards } from "./sharded.ts";
export type { ByteSource } from "./source/byte-source.ts";
export { openSource, type SourceInput } from "./source/open-source.ts";
export type { UrlSourceOptions } from "./source/url-source.ts";
export { readTorch, type TorchCheckpoint, type TorchOptions } from "./torch/read.ts";
export { saveFolder } from "./save-folder.ts";
export { type NonFinite, watchNonFinite } from "./watch-non-finite.ts";
