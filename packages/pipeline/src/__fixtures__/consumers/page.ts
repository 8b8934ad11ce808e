// What a page's types must tell: which names there are, and what is no model and no option.
import { type ModelSpec, type VariantName, createBackbone, imageClassifier, loadModel } from "@tessera/pipeline";
import { createVit } from "@tessera/vit";

/** The names that an editor offers: those of a type that are not just any text. */
type Offered<T> = T extends string ? (string extends T ? never : T) : never;

export const embedded: Offered<ModelSpec> = "vit_cifar10";
export const specs: Offered<Parameters<typeof imageClassifier>[0]>[] = ["vit_tiny_patch16_224", "swin_tiny_patch4_window7_224"]; // prettier-ignore
export const architectures: Offered<NonNullable<Parameters<typeof loadModel>[1]>["arch"]>[] = ["tnt_s_patch16_224"];
export const backbones: Offered<Parameters<typeof createBackbone>[0]>[] = ["pvt_v2_b0", "resnet50", "airbench94"];
// @ts-expect-error -- no such variant
export const misspelt: VariantName = "vit_tiny_patch16_225";

export async function classify(file: File): Promise<string> {
  const run = await imageClassifier("somebody/a-model", { arch: "anything" });
  const [best] = await run(file);
  return best!.label;
}

export async function wrong(): Promise<void> {
  // @ts-expect-error -- a number is no model
  await imageClassifier(5);
  // @ts-expect-error -- misspelt
  await imageClassifier("vit_cifar10", { lables: [] });
  // @ts-expect-error -- misspelt
  createVit("vit_tiny_patch16_224", { clases: 5 });
}
