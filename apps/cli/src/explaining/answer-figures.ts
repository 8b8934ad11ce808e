import { type Heatmap, type PlotSeries, bars, classTokenTrajectory, deletionCurve, innerAttention, insertionCurve, logitLens, matrixPicture, panels, plot, roadCurve, sanityCheck, tokenComponents } from "@tessera/explain"; // prettier-ignore
import { printable } from "@tessera/core";
import type { FigureMethod } from "./figure-method.ts";
import { mapMethods } from "./maps.ts";
import type { MethodName } from "./method-names.ts";
import { cut, pngUri } from "./pictures.ts";
import { Subject } from "./subject.ts";

/** Classes of which the logit lens follows how likely they are. */
const FOLLOWED = 4;

/** Each is a linear system of as many unknowns as pixels go. */
const ROAD_STEPS = 5;

/** What tells of one answer, and of the maps that explain it. */
export const answerFigures: Partial<Record<MethodName, FigureMethod>> = {
  tokens: {
    title: "Tokens",
    about:
      "What each patch's token holds after every block: three principal components as red, green and blue. Patches of one colour are alike to the model.",
    draw: async ({ model, input }) => {
      const blocks = await tokenComponents(model, input);
      const drawn = [];
      for (const { path, picture } of blocks) drawn.push({ title: path, href: await pngUri(picture) });
      const { width, height } = blocks[0]!.picture;
      return panels(drawn, { title: "Tokens", side: 104, proportion: width / height, pixelated: true });
    },
  },
  trajectory: {
    title: "The class token's way",
    about:
      "How alike the class token is, after each block, to what it is in the end, and to what it was a block before.",
    draw: async ({ model, input }) => {
      const points = await classTokenTrajectory(model, input);
      const series: PlotSeries[] = [
        { name: "to the end", points: points.map(({ toLast }, block) => [block, toLast]) },
        { name: "to the block before", points: points.slice(1).map(({ toPrevious }, i) => [i + 1, toPrevious]) },
      ];
      return plot(series, { title: "The class token's way", x: "block", y: "cosine" });
    },
  },
  lens: {
    title: "Logit lens",
    about: "What the head would say if the blocks ended there: when the answer comes to be.",
    draw: async (subject) => {
      const views = await logitLens(subject.model, subject.input);
      const probabilities = views.map(({ logits }) => softmax(logits));
      const followed = [...new Set([subject.target, ...subject.answers.map(({ index }) => index)])].slice(0, FOLLOWED);
      const series = followed.map((index) => ({
        name: printable(subject.loaded.labels[index]!),
        points: probabilities.map((all, block) => [block, all[index]!] as const),
      }));
      return plot(series, { title: "Logit lens", x: "block", y: "probability", range: [0, 1] });
    },
  },
  trust: {
    title: "How far to trust the maps",
    about:
      "How likely the class is while the places that relevance (or Grad-CAM, without attention) finds most important go: hidden (deletion), shown alone (insertion), or filled in from what is left (ROAD, the most and the least important first). A good map is low in deletion and ROAD, and high in insertion and ROAD of the least.",
    draw: async (subject) => {
      const { model, input, target, signal } = subject;
      const map = await judged(subject);
      const deleted = await deletionCurve(model, input, map, { target, steps: 10, signal });
      const inserted = await insertionCurve(model, input, map, { target, steps: 10, signal });
      const most = await roadCurve(model, input, map, { target, steps: ROAD_STEPS, signal });
      const least = await roadCurve(model, input, map, { target, steps: ROAD_STEPS, order: "least", signal });
      const named = { deletion: deleted, insertion: inserted, ROAD: most, "ROAD, least first": least };
      const series = Object.entries(named).map(([name, { points, area }]) => ({ name: `${name} ${area.toFixed(2)}`, points })); // prettier-ignore
      return plot(series, { title: "How far to trust the maps", x: "share of the places", y: "probability", range: [0, 1] }); // prettier-ignore
    },
  },
  sanity: {
    title: "Sanity check",
    about:
      "How alike each map is to the one of the same model with weights drawn at random: rank correlation. Near 1 a method shows the picture and not the model (Adebayo et al. 2018).",
    draw: async (subject) => {
      const names = (await subject.hasAttention()) ? attentive : (["grad-cam"] as const);
      const likeness: { name: string; value: number }[] = [];
      for (const name of names) {
        const explain = async () => [await mapMethods[name]!.compute(new Subject(subject))];
        const [value = 0] = await sanityCheck(subject.model, explain);
        likeness.push({ name: mapMethods[name]!.title, value });
      }
      return bars(likeness, { title: "Sanity check", range: [-1, 1] });
    },
  },
  inner: {
    title: "Inside one patch",
    about: "A patch, and how much its words are looked at by each head of a TNT's inner attention.",
    draw: async (subject) => {
      const { model, input, focus } = subject;
      const [rows, columns] = await subject.grid();
      const patch = focus.patch ?? { row: Math.floor(rows / 2), column: Math.floor(columns / 2) };
      const heads = await innerAttention(model, input, { patch, block: focus.block });
      const drawn = [{ title: `row ${patch.row} column ${patch.column}`, href: await pngUri(await cut(subject, patch, [rows, columns])) }]; // prettier-ignore
      for (const [head, map] of heads.entries())
        drawn.push({ title: `head ${head}`, href: await pngUri(matrixPicture(map)) });
      return panels(drawn, { title: "Inside one patch", side: 112, columns: drawn.length, pixelated: true });
    },
  },
};

/** Methods whose maps the check compares: those that cost a forward and a backward at most. */
const attentive = ["relevance", "gradient-rollout", "rollout", "grad-cam"] as const;

/** The map that is judged: relevance, or what asks for no attention. */
async function judged(subject: Subject): Promise<Heatmap> {
  return mapMethods[(await subject.hasAttention()) ? "relevance" : "grad-cam"]!.compute(subject);
}

function softmax(logits: Float32Array): number[] {
  const top = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const powers = Array.from(logits, (logit) => Math.exp(logit - top));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
