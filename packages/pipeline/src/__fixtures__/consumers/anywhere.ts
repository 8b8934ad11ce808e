// What a program uses that knows neither pages nor Node: no DOM, no @types/node, nothing after ES2022.
import { useBackend } from "@tessera/backends";
import { Linear, Module, type TesseraError } from "@tessera/core";
import { imageClassifier } from "@tessera/pipeline";
import { createVit } from "@tessera/vit";
import { readSafetensors } from "@tessera/weights";

class Probe extends Module {
  readonly head = new Linear(192, 10);
}

export async function best(): Promise<{ label: string; params: number; error?: TesseraError }> {
  await useBackend("auto");
  const classify = await imageClassifier();
  const [first] = await classify("boat.jpg", { topK: 1 });
  const model = createVit("vit_small_patch16_224", { classes: 5 });
  await model.load(await readSafetensors("vit_small.safetensors"), { resetHead: true });
  classify.dispose();
  return { label: first!.label, params: new Probe().paramCount + model.paramCount };
}
