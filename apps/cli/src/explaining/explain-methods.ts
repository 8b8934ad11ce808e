import { TesseraError } from "@tessera/core";
import type { AttentionMaps, ReportFigure, ReportMap } from "@tessera/explain";
import { figureMethods } from "./figures.ts";
import { type AttentionPanels, attentionPanels, mapMethods } from "./maps.ts";
import type { MethodName } from "./method-names.ts";
import type { Subject } from "./subject.ts";

/** What methods found. */
export interface Found {
  maps: ReportMap[];
  /** `maps` of a model whose tokens all look at each other. */
  attention?: { maps: AttentionMaps | undefined; asked: AttentionPanels };
  figures: ReportFigure[];
  /** Methods that this model has no answer to, and why. */
  notes: string[];
}

/**
 * Runs methods one after the other. What a model cannot be asked becomes a note where all methods were asked for.
 * @throws {TesseraError} if it cannot, and the method was asked for by name; or if none of all can.
 */
export async function explainMethods(
  subject: Subject,
  names: readonly MethodName[],
  { isAll, onStep }: { isAll: boolean; onStep: () => void },
): Promise<Found> {
  const found: Found = { maps: [], figures: [], notes: [] };
  for (const name of names) {
    subject.signal.throwIfAborted();
    try {
      await run(subject, name, found);
    } catch (error) {
      if (!isAll || !TesseraError.isInstance(error)) throw error;
      found.notes.push(error.message);
    }
    onStep();
  }
  if (found.maps.length === 0 && !found.attention && found.figures.length === 0)
    throw new TesseraError(`explain: expected a model that some method can look into, got ${found.notes.join("; ")}`);
  return found;
}

async function run(subject: Subject, name: MethodName, found: Found): Promise<void> {
  const [map, figure] = [mapMethods[name], figureMethods[name]];
  if (name === "attention") {
    const asked = await attentionPanels(subject);
    found.attention = { maps: (await subject.hasAttention()) ? await subject.attention() : undefined, asked };
  }
  if (map) found.maps.push({ title: map.title, about: map.about, signed: map.signed, map: await map.compute(subject) });
  if (figure) found.figures.push({ title: figure.title, about: figure.about, svg: await figure.draw(subject) });
}
