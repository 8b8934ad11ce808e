/** Rows [top, bottom) and columns [left, right) that cutmix takes from the other image. */
export interface Box {
  top: number;
  bottom: number;
  left: number;
  right: number;
  /** Share of the image that is left, which is the labels' too. */
  lambda: number;
}

/** The box of about 1 − lambda of an image around a centre, cut off at the borders; timm's rule (Yun et al. 2019). */
export function cutmixBox(height: number, width: number, lambda: number, row: number, column: number): Box {
  const [top, bottom] = span(height, lambda, row);
  const [left, right] = span(width, lambda, column);
  return { top, bottom, left, right, lambda: 1 - ((bottom - top) * (right - left)) / (height * width) };
}

function span(side: number, lambda: number, centre: number): [number, number] {
  const cut = Math.floor(side * Math.sqrt(1 - lambda));
  return [Math.max(0, centre - Math.floor(cut / 2)), Math.min(side, centre + Math.floor((cut + 1) / 2))];
}
