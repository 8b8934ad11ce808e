import type { StoredFile } from "../files/stored-file.ts";
import type { RgbImage } from "../rgb-image.ts";

/** Pictures that are read by number. */
export interface PictureSet {
  /** Names of the classes; a label is a place among them. */
  readonly classes: readonly string[];
  /** How many pictures. */
  readonly length: number;
  /** What reports and errors call a picture: a path, or a number in a file of many. */
  nameOf(index: number): string;
  /** The picture. @throws what `decodeImage` throws; RangeError for an index that is none. */
  read(index: number, signal?: AbortSignal): Promise<RgbImage>;
  /**
   * The picture where it is in memory, else where its file lies, so that a worker can decode it. A data set without this
   * is read where the loader runs.
   */
  locate?(index: number): RgbImage | StoredFile;
}

/** Pictures with a class each. Nothing is read before it is asked for. */
export interface Dataset extends PictureSet {
  labelOf(index: number): number;
}

/** What a folder, archive or file held. */
export interface DatasetSplits {
  readonly train: Dataset;
  /** Pictures to choose hyper-parameters by, where there are such beside test ones. */
  readonly validation?: Dataset;
  readonly test?: Dataset;
}

/** How a data set is opened. */
export interface DatasetOptions {
  /**
   * The classes, in the order of a model that knows them. Labels that are names are sought among them, labels that are
   * numbers count them. @default those that the labels name: names in the order of their code points, numbers by value
   */
  readonly classes?: readonly string[];
  /** Stops looking through folders and archives. */
  readonly signal?: AbortSignal;
}
