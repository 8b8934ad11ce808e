import { FormatError, TesseraError, nearest, shown } from "@tessera/core";
import type { DetectorFamily } from "@tessera/detection";
import type { DeformableDetrName } from "@tessera/deformable-detr";
import type { DetrName } from "@tessera/detr";
import type { SparseRcnnName } from "@tessera/sparse-rcnn";
import type { VitDetName } from "@tessera/vitdet";
import type { YolosName } from "@tessera/yolos";

/** A published detector by name. Any text is taken where one is asked for; an editor offers these. */
export type DetectorName = DeformableDetrName | DetrName | SparseRcnnName | VitDetName | YolosName;

interface Entry {
  /** How names of its variants begin, and transformers' `model_type`. */
  readonly names: RegExp;
  readonly load: () => Promise<DetectorFamily>;
}

/** All families of detectors; each package is loaded when somebody asks for one of its models. */
const detectors: readonly Entry[] = [
  { names: /^detr(_|$)/, load: async () => (await import("@tessera/detr")).detrFamily },
  {
    names: /^deformable_detr(_|$)/,
    load: async () => (await import("@tessera/deformable-detr")).deformableDetrFamily,
  },
  { names: /^sparse_rcnn_/, load: async () => (await import("@tessera/sparse-rcnn")).sparseRcnnFamily },
  { names: /^yolos(_|$)/, load: async () => (await import("@tessera/yolos")).yolosFamily },
  { names: /^mask_rcnn_vitdet_/, load: async () => (await import("@tessera/vitdet")).vitDetFamily },
];

/** Every family of detectors, each with its package loaded. */
export function allDetectors(): Promise<DetectorFamily[]> {
  return Promise.all(detectors.map(({ load }) => load()));
}

/** The family of a published detector, or undefined. */
export async function detectorFamilyOf(variant: string): Promise<DetectorFamily | undefined> {
  for (const { names, load } of detectors) {
    const family = names.test(variant) ? await load() : undefined;
    if (family && Object.hasOwn(family.variants, variant)) return family;
  }
  return undefined;
}

/** The family of a detector by its name. @param where names the asker in errors. @throws {TesseraError} if there is none. */
export async function detectorFamilyNamed(wanted: string, where: string): Promise<DetectorFamily> {
  const families = await allDetectors();
  const family = families.find(({ name }) => name === wanted);
  if (family) return family;
  const names = families.map(({ name }) => name).join(", ");
  throw new TesseraError(
    `${where}: expected a detector of a published family, ${names}, got ${shown(wanted)}; keep its weights alone`,
    { code: "not-found" },
  );
}

/** The same of a name that must be one. @throws {TesseraError} if there is no such detector, with the nearest. */
export async function knownDetector(variant: string): Promise<DetectorFamily> {
  const family = await detectorFamilyOf(variant);
  if (family) return family;
  const names = (await allDetectors()).flatMap(({ variants }) => Object.keys(variants));
  throw new TesseraError(
    `loadDetector: expected a detector, got ${shown(variant)}; did you mean ${nearest(variant, names)[0]}?`,
    { code: "not-found" },
  );
}

/** A family that transformers has. */
type HuggingFaceDetectors = DetectorFamily & Required<Pick<DetectorFamily, "huggingFace">>;

/** The family of a transformers config. @throws {FormatError} for a model that is no detector that is known. */
export async function detectorOfHuggingFace(type: unknown, where: string): Promise<HuggingFaceDetectors> {
  const families = await allDetectors();
  const family = families.find(({ huggingFace }) => huggingFace?.modelTypes.includes(String(type)));
  if (family) return family as HuggingFaceDetectors;
  const known = families.flatMap(({ huggingFace }) => huggingFace?.modelTypes ?? []).join(", ");
  throw new FormatError(`${where}: expected a detector, "model_type" among ${known}, got ${shown(type)}`);
}
