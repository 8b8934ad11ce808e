import { type Evaluation, FeatureHead, evaluate, featureData, linearProbe } from "@tessera/train";
import type { Stage } from "../calls.ts";
import type { CurvePoint, Lesson, LessonPlan } from "../lessons.ts";
import { prepare, trainedOf } from "../session.ts";
import { divided, featuresOf } from "./learnt-of.ts";
import { trainLowRank } from "./low-rank.ts";
import { train } from "./train.ts";

interface TeachOptions {
  signal: AbortSignal;
  onProgress: (progress: Stage | CurvePoint) => void;
}

/** Teaches a model other classes. The model itself is left as it was: what was learnt lies apart. */
export async function teach(plan: LessonPlan, options: TeachOptions): Promise<Lesson> {
  const { method, epochs, classes } = plan;
  const trained = trainedOf(await prepare(plan.setup, options));
  options.onProgress({ stage: "Training" });
  const [learnt, heldBack] = divided(plan);
  const [learning, judging] = [featuresOf(plan, learnt), featuresOf(plan, heldBack)];
  const how = { signal: options.signal, onPoint: options.onProgress };
  // Low-rank parts begin beside the best head, so that they need not make up for a poor one: Kumar et al. 2022.
  const head = method === "head" ? new FeatureHead(learning.width, classes.length).init(0) : linearProbe(learning).head;
  let evaluation: Evaluation | undefined;
  let parts: Lesson["parts"];
  try {
    if (method === "head") {
      const data = featureData(learning, { training: true });
      evaluation = await train(head, { data, heldBack: featureData(judging), epochs, rate: 0.01, ...how });
    } else if (method === "lora") {
      const onRead = (share: number) => options.onProgress({ stage: "Reading pictures", share });
      ({ parts, evaluation } = await trainLowRank(trained, head, plan, { learnt, heldBack, onRead, ...how }));
    } else if (heldBack.length > 0) evaluation = await evaluate(head, featureData(judging), { signal: options.signal });
    const { weight, bias } = head.head;
    return {
      method,
      epochs,
      classes,
      head: {
        width: learning.width,
        weight: await weight.value.data<"float32">(),
        bias: await bias!.value.data<"float32">(),
      },
      parts,
      learnt: learnt.length,
      judged: evaluation && { images: evaluation.images, top1: evaluation.top1, confusion: evaluation.confusion },
    };
  } finally {
    head.dispose();
  }
}
