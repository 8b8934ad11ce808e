/** One value a channel: red, green, blue. */
export type Rgb = readonly [red: number, green: number, blue: number];

/** Channel means of ImageNet's training pictures, on a scale of 0 to 1. */
export const IMAGENET_MEAN: Rgb = [0.485, 0.456, 0.406];

/** Channel deviations of ImageNet's training pictures, on a scale of 0 to 1. */
export const IMAGENET_STD: Rgb = [0.229, 0.224, 0.225];

/** Maps bytes onto −1 to 1 when used with `HALF_STD`: Google's and Inception's convention. */
export const HALF_MEAN: Rgb = [0.5, 0.5, 0.5];

/** @see HALF_MEAN */
export const HALF_STD: Rgb = [0.5, 0.5, 0.5];

/** Channel means of OpenAI's CLIP. */
export const CLIP_MEAN: Rgb = [0.48145466, 0.4578275, 0.40821073];

/** Channel deviations of OpenAI's CLIP. */
export const CLIP_STD: Rgb = [0.26862954, 0.26130258, 0.27577711];
