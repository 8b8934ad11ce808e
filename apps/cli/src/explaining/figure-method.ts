import type { Subject } from "./subject.ts";

/** A way to look at a model that is no map on the picture. */
export interface FigureMethod {
  title: string;
  about: string;
  /** @returns SVG */
  draw: (subject: Subject) => Promise<string>;
}
