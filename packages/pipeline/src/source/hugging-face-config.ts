import { type Family, FormatError, shown } from "@tessera/core";
import { allFamilies, familyWith } from "./families.ts";

/** `config.json` of transformers; what is the model's own is read by its family. */
export interface HuggingFaceConfig extends Readonly<Record<string, unknown>> {
  model_type: string;
  id2label?: Record<string, string>;
  problem_type?: unknown;
}

/** A family that transformers has too. */
type SharedFamily = Family & Required<Pick<Family, "huggingFace">>;

/** True for a parsed `config.json` in transformers' form. */
export function isHuggingFaceConfig(config: unknown): config is HuggingFaceConfig {
  return typeof config === "object" && config !== null && typeof (config as HuggingFaceConfig).model_type === "string";
}

/**
 * The family of a transformers config's model.
 * @throws {FormatError} on a model type that is not known.
 */
export async function familyOfHuggingFace(
  { model_type: type }: HuggingFaceConfig,
  where: string,
): Promise<SharedFamily> {
  const family = await familyWith(type, ({ huggingFace }) => huggingFace?.modelTypes.includes(type) ?? false);
  if (family) return family as SharedFamily;
  const known = (await allFamilies()).flatMap(({ huggingFace }) => huggingFace?.modelTypes ?? []);
  throw new FormatError(`${where}: expected "model_type" among ${known.join(", ")}, got ${shown(type)}`);
}

/** Class names in the order of the outputs; undefined where the config has none of its own. */
export function labelsFromHuggingFace({ id2label }: HuggingFaceConfig): string[] | undefined {
  const entries = Object.entries(id2label ?? {}).sort(([a], [b]) => Number(a) - Number(b));
  return entries.length > 0 ? entries.map(([, label]) => label) : undefined;
}
