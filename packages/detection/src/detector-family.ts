import type { Checkpoint, Dialect, HuggingFaceTable, Variant } from "@tessera/core";
import type { Detector } from "./detector.ts";

/** A published checkpoint: where it lies, what its classes are, and under which licence. */
export interface PretrainedDetector {
  /** Repository on the Hugging Face hub; undefined where there is none. */
  hub?: string;
  /** The same weights as the authors published them; undefined where they did not. */
  file?: string;
  /** `coco-91`: COCO's ids from 0 to 90. `coco-80`: its classes in the order of their ids, without gaps. */
  labels: "coco-91" | "coco-80";
  license: string;
}

/** What pictures are brought to before a detector sees them, where no file says it: `DetectionPreprocessing` of `@tessera/data`. */
export interface DetectorPixels {
  /** Pixels of the shorter side, unless the longer one would be too long. */
  readonly shortest: number;
  /** Most pixels of the longer side. */
  readonly longest: number;
  /** How a side becomes whole: the official DETR's way, or detectron2's. @default "down" */
  readonly rounding?: "down" | "half-up";
  /** Sides are cut to whole multiples of it. @default 1 */
  readonly multiple?: number;
  /** What a byte is multiplied by. */
  readonly scale: number;
  /** In units of `byte * scale`. */
  readonly mean: readonly [number, number, number];
  /** In units of `byte * scale`. */
  readonly std: readonly [number, number, number];
}

/** All that loading, saving and listing know of a family of detectors, as `Family` is of backbones. */
export interface DetectorFamily<D extends Detector = Detector> {
  readonly name: D["family"];
  /** Published models, named as their authors name them. */
  readonly variants: Readonly<Record<string, Variant & D["config"]>>;
  /** A detector with any configuration. Its parameters are declared; `init` or `load` fills them. */
  build(config: D["config"]): D;
  /**
   * A published variant, with overrides.
   * @throws {TesseraError} on an unknown name, of a variant or an option, with the nearest one.
   */
  create(variant: string, overrides?: Partial<D["config"]>): D;
  /** The checkpoint of a variant; undefined where none is published. */
  pretrained(variant: string): PretrainedDetector | undefined;
  /** What a checkpoint in the official names tells of its model's config. */
  configFrom(tensors: Checkpoint["tensors"]): Partial<D["config"]>;
  /** @default DETR's */
  readonly pixels?: DetectorPixels;
  /** Others' names for its tensors, the most telling first. */
  readonly dialects: readonly Dialect[];
  /** How transformers' `config.json` describes its models, and its names for their tensors; undefined where it has none. */
  readonly huggingFace?: {
    readonly modelTypes: readonly string[];
    read(config: Readonly<Record<string, unknown>>, where: string, tensors?: Checkpoint["tensors"]): D["config"];
    write(config: D["config"]): Record<string, unknown>;
    names(tensors: Checkpoint["tensors"]): HuggingFaceTable;
  };
}
