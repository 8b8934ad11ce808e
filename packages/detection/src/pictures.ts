/** [height, width] of each picture of a batch. */
export type PictureSizes = readonly (readonly [height: number, width: number])[];

/** How large the pictures of a batch are. */
export interface Pictures {
  /** The pixels that are the picture's, at the top left of the batch's frame, where pictures are padded to one. @default all */
  sizes?: PictureSizes | undefined;
  /** Before they were resized: boxes are in pixels of these. */
  originals: PictureSizes;
}
