import type { Tensor4D } from "@tensorflow/tfjs-core";
import { TesseraError } from "@tessera/core";
import type { Part, RgbImage } from "@tessera/data";
import { type AttentionMaps, attentionMaps, windowedAttention } from "@tessera/explain";
import type { LoadedModel } from "@tessera/pipeline";

/** Where to look, of what there is. */
export interface Focus {
  block?: number | undefined;
  head?: number | undefined;
  /** Who looks; else the class token, or all patches. */
  patch?: { row: number; column: number } | undefined;
}

export interface Answer {
  index: number;
  label: string;
  /** From 0 to 1. */
  score: number;
}

/** What is explained: a model's answer to a picture. */
export class Subject {
  readonly loaded: LoadedModel;
  readonly picture: RgbImage;
  /** What of the picture the model sees. */
  readonly part: Part;
  /** [1, h, w, 3] */
  readonly input: Tensor4D;
  readonly target: number;
  /** The classes that the model finds likeliest, the best first. */
  readonly answers: readonly Answer[];
  readonly focus: Focus;
  readonly signal: AbortSignal;
  #attention: Promise<AttentionMaps> | undefined;

  constructor(
    fields: Pick<Subject, "loaded" | "picture" | "part" | "input" | "target" | "answers" | "focus" | "signal">,
  ) {
    this.loaded = fields.loaded;
    this.picture = fields.picture;
    this.part = fields.part;
    this.input = fields.input;
    this.target = fields.target;
    this.answers = fields.answers;
    this.focus = fields.focus;
    this.signal = fields.signal;
  }

  get model(): LoadedModel["model"] {
    return this.loaded.model;
  }

  /** Of all blocks; asked for once, whoever wants it. @throws {TesseraError} if the model has none among all of its tokens. */
  attention(): Promise<AttentionMaps> {
    return (this.#attention ??= attentionMaps(this.model, this.input));
  }

  hasAttention(): Promise<boolean> {
    return this.attention().then(
      () => true,
      () => false,
    );
  }

  /** True for a model that looks inside of windows. */
  hasWindows(): Promise<boolean> {
    return windowedAttention(this.model, this.input).then(
      () => true,
      () => false,
    );
  }

  /** Rows and columns of patches. @throws {TesseraError} as `attention`. */
  async grid(): Promise<readonly [rows: number, columns: number]> {
    return (await this.attention()).grid;
  }

  /** Sides in pixels of what counts as one place: a patch, or several where there would be more places than `most` along a side. */
  place(most: number): number {
    const [, height, width] = this.input.shape;
    const { patchSize = 1 } = this.model.config;
    const patch = typeof patchSize === "number" ? patchSize : Math.max(...patchSize);
    const longer = Math.max(height, width);
    for (let size = patch; size <= longer; size += patch)
      if (height % size === 0 && width % size === 0 && longer / size <= most) return size;
    throw new TesseraError(
      `explain: expected a picture of whole places, got ${height}×${width} with patches of ${patch}; --image-size of the model must be a multiple`,
    );
  }
}
