/** Sides in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/**
 * The size a picture is brought to before the crop.
 *
 * - `short-side`: the shorter side becomes `pixels`, the longer one keeps the proportion and is cut to a whole number
 *   (torchvision's `Resize(int)`, transformers' `shortest_edge`);
 * - `squash`: exactly this size, whatever the proportion;
 * - `cover`, `contain`: keeps the proportion, at least or at most this size (timm's `ResizeKeepRatio`);
 * - `none`: the picture as it is.
 */
export type ResizeRule =
  | { readonly rule: "short-side"; readonly pixels: number }
  | ({ readonly rule: "squash" | "cover" | "contain" } & Size)
  | { readonly rule: "none" };

/**
 * Where the centre is when the margin is odd. torchvision and timm round half a pixel to the even side, and pad with
 * the smaller half first; transformers goes up and left.
 */
export type CentreRule = "round" | "floor";

/** A picture's size after the resize, and where in it the output's upper left corner lies; below zero is padding. */
export interface Placement {
  readonly resized: Size;
  readonly left: number;
  readonly top: number;
}

/** Where an output of `output` pixels lies in a picture of `image` pixels. */
export function placement(image: Size, output: Size, resize: ResizeRule, centre: CentreRule): Placement {
  const resized = resizedSize(image, resize);
  const offset = centre === "round" ? roundedMargin : flooredMargin;
  return { resized, left: offset(resized.width, output.width), top: offset(resized.height, output.height) };
}

function resizedSize({ height, width }: Size, resize: ResizeRule): Size {
  switch (resize.rule) {
    case "none":
      return { height, width };
    case "squash":
      return { height: resize.height, width: resize.width };
    case "short-side": {
      const { pixels } = resize;
      if (width <= height) return { height: Math.trunc((pixels * height) / width), width: pixels };
      return { height: pixels, width: Math.trunc((pixels * width) / height) };
    }
    case "cover":
    case "contain": {
      const ratios = [height / resize.height, width / resize.width] as const;
      const ratio = resize.rule === "cover" ? Math.min(...ratios) : Math.max(...ratios);
      // Pillow refuses a side of zero, which a very long picture comes to; one pixel is what is left of it.
      return { height: Math.max(1, roundHalfEven(height / ratio)), width: Math.max(1, roundHalfEven(width / ratio)) };
    }
    default:
      return resize satisfies never;
  }
}

function roundedMargin(size: number, wanted: number): number {
  return size < wanted ? -Math.floor((wanted - size) / 2) : roundHalfEven((size - wanted) / 2);
}

function flooredMargin(size: number, wanted: number): number {
  return Math.floor((size - wanted) / 2);
}

/** Python's `round`: halves go to the even neighbour. */
export function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return rest < 0.5 ? floor : floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}
