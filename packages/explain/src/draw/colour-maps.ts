/** Red, green and blue, each from 0 to 255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** A colour for each value from 0 to 1. */
export type ColourMap = (value: number) => Colour;

/** Factors of 1, v, v², …, for red, green and blue. */
type Polynomial = readonly Colour[];

// A. Mikhailov, "Turbo, An Improved Rainbow Colormap for Visualization", 2019, as a polynomial: Apache-2.0.
const turboFactors: Polynomial = [
  [0.13572138, 0.09140261, 0.1066733],
  [4.6153926, 2.19418839, 12.64194608],
  [-42.66032258, 4.84296658, -60.58204836],
  [132.13108234, -14.18503333, 110.36276771],
  [-152.94239396, 4.27729857, -89.90310912],
  [59.28637943, 2.82956604, 27.34824973],
];

// M. Zucker's polynomial for N. Smith's and S. van der Walt's viridis of matplotlib, 2019: CC0.
const viridisFactors: Polynomial = [
  [0.2777273272, 0.0054073445, 0.3340998053],
  [0.1050930431, 1.4046135299, 1.3845901627],
  [-0.3308618287, 0.2148475595, 0.095095163],
  [-4.634230499, -5.7991009734, -19.3324409563],
  [6.2282699363, 14.1799333668, 56.6905526007],
  [4.7763849977, -13.7451453777, -65.3530326334],
  [-5.4354558559, 4.6458526122, 26.3124352496],
];

/** From blue over green to red: what stands out on a picture. */
export const turbo: ColourMap = (value) => evaluated(turboFactors, value);

/** From violet over green to yellow, as even to the eye as it is in numbers: for tables of values. */
export const viridis: ColourMap = (value) => evaluated(viridisFactors, value);

/** Blue for less than a half, orange for more; told apart by colour-blind eyes (Okabe and Ito). How far from a half is for opacity. */
export const opposing: ColourMap = (value) => (value < 0.5 ? [0, 114, 178] : [230, 97, 0]);

/** 256 colours, [256 · 3], for what looks them up. */
export function colourTable(map: ColourMap): Uint8Array {
  return Uint8Array.from({ length: 768 }, (_, i) => map(Math.floor(i / 3) / 255)[i % 3]!);
}

function evaluated(factors: Polynomial, value: number): Colour {
  const v = Math.min(1, Math.max(0, value));
  const channel = (c: 0 | 1 | 2) => factors.reduceRight((sum, factor) => sum * v + factor[c], 0);
  const byte = (share: number) => Math.round(255 * Math.min(1, Math.max(0, share)));
  return [byte(channel(0)), byte(channel(1)), byte(channel(2))];
}
