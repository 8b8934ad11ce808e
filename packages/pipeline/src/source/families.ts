import type { AirbenchName } from "@tessera/airbench";
import { type Backbone, type BackboneConfig, type Family, TesseraError, nearest, shown } from "@tessera/core";
import type { HybridName } from "@tessera/hybrid";
import type { PvtName } from "@tessera/pvt";
import type { ResNetName } from "@tessera/resnet";
import type { SwinName } from "@tessera/swin";
import type { TntName } from "@tessera/tnt";
import type { VitName } from "@tessera/vit";

/** A published variant by name. Any text is taken where one is asked for; an editor offers these. */
export type VariantName = AirbenchName | HybridName | PvtName | ResNetName | SwinName | TntName | VitName;

/** A family by its name. Its package is loaded when somebody asks for one of its models. */
interface Entry {
  readonly name: string;
  /** How names of its variants begin, and what timm's `architecture` and transformers' `model_type` call its models. */
  readonly names: RegExp;
  readonly load: () => Promise<Family>;
}

/** All families; a new one joins here. */
const families: readonly Entry[] = [
  // Before the ViTs, whose names its own begin with.
  { name: "hybrid", names: /^vit_[a-z]+_r\d*_s\d+_/, load: async () => (await import("@tessera/hybrid")).hybridFamily },
  { name: "vit", names: /^(vit|vision_transformer|deit3?|dinov2|flexivit)(_|$)/, load: async () => (await import("@tessera/vit")).vitFamily }, // prettier-ignore
  { name: "tnt", names: /^tnt(_|$)/, load: async () => (await import("@tessera/tnt")).tntFamily },
  { name: "swin", names: /^swin/, load: async () => (await import("@tessera/swin")).swinFamily },
  { name: "pvt", names: /^pvt(_|$)/, load: async () => (await import("@tessera/pvt")).pvtFamily },
  {
    name: "resnet",
    names: /^(tv_|gluon_|ssl_|swsl_)?resnet/,
    load: async () => (await import("@tessera/resnet")).resnetFamily,
  },
  { name: "airbench", names: /^airbench/, load: async () => (await import("@tessera/airbench")).airbenchFamily },
];

/** Every family, each with its package loaded. */
export function allFamilies(): Promise<Family[]> {
  return Promise.all(families.map(({ load }) => load()));
}

/** The family of a model; undefined for a model of one's own. */
export async function familyOfModel({ family }: Pick<Backbone, "family">): Promise<Family | undefined> {
  return families.find(({ name }) => name === family)?.load();
}

/** The first family that has something by this name, if any has. Only those are loaded whose names begin so. */
export async function familyWith(name: string, has: (family: Family) => boolean): Promise<Family | undefined> {
  for (const { names, load } of families) {
    if (!names.test(name)) continue;
    const family = await load();
    if (has(family)) return family;
  }
  return undefined;
}

/** The family of a variant, or undefined. */
export function familyOf(variant: string): Promise<Family | undefined> {
  return familyWith(variant, ({ variants }) => Object.hasOwn(variants, variant));
}

/** A name as timm has it today, with the checkpoint's tag where the old one stood for a checkpoint. */
export function currentName({ timm: { formerNames = {} } }: Family, written: string): string {
  return Object.hasOwn(formerNames, written) ? formerNames[written]! : written;
}

/** Names of every variant of every family. */
export async function variantNames(): Promise<string[]> {
  return (await allFamilies()).flatMap(({ variants }) => Object.keys(variants));
}

/**
 * Any published variant by name, its parameters declared but not filled.
 * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest ones.
 */
export async function createBackbone(
  variant: VariantName | (string & {}),
  overrides: Partial<BackboneConfig> = {},
): Promise<Backbone> {
  const family = await familyOf(variant);
  if (!family) throw await unknownVariant("createBackbone", variant);
  return family.create(variant, overrides);
}

/** The error for a name that no family has, with the nearest that one has. */
export async function unknownVariant(where: string, name: string): Promise<TesseraError> {
  const close = nearest(name, await variantNames(), 2).join(" or ");
  return new TesseraError(`${where}: expected a variant, got ${shown(name)}; did you mean ${close}?`, {
    code: "not-found",
  });
}
