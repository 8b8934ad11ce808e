import type { Dialect } from "@tessera/core";

/** PyTorch's batch norms count the batches that they have seen; nothing here needs the number. The names are timm's. */
const pytorch: Dialect = {
  name: "pytorch",
  translate(names) {
    if (!names.some((name) => /^(?:bn1|conv1\.\d+)\.num_batches_tracked$/.test(name))) return undefined;
    return { rules: [], dropped: ["*.num_batches_tracked"] };
  },
};

/** Others' names for ResNets: timm and torchvision have the same. */
export const resnetDialects: readonly Dialect[] = [pytorch];
