import { type Scalar, mean } from "@tensorflow/tfjs-core";
import { Random, TesseraError, softmaxCrossEntropy } from "@tessera/core";
import { Checkpoints } from "../checkpoints/checkpoints.ts";
import { type Position, START } from "../checkpoints/position.ts";
import type { TrainingData } from "../data.ts";
import { evaluate } from "../metrics/evaluate.ts";
import type { Evaluation } from "../metrics/evaluation.ts";
import type { Classifier } from "./classifier.ts";
import type { FitOptions, FitResult, Loss } from "./options.ts";
import { Pace } from "./pace.ts";
import { type Plan, planOf } from "./plan.ts";
import { type StepBatches, stepBatches } from "./step-batches.ts";
import { type StepSettings, trainingStep } from "./training-step.ts";

const crossEntropy: Loss = (logits, targets) => mean(softmaxCrossEntropy(logits, targets)) as Scalar;

/** @internal A training on its way: what `fit` does, one step or stop at a time. */
export class Training {
  readonly #model: Classifier;
  readonly #data: TrainingData;
  readonly #options: FitOptions;
  readonly #plan: Plan;
  readonly #step: StepSettings;
  readonly #random: Random;
  readonly #checkpoints: Checkpoints | undefined;
  readonly #pace = new Pace();
  #position: Position = START;
  #evaluation: Evaluation | undefined;

  constructor(model: Classifier, data: TrainingData, options: FitOptions) {
    const { loss = crossEntropy, objective, seed = 0, checkpoints } = options;
    this.#model = model;
    this.#data = data;
    this.#options = options;
    this.#plan = planOf(data, options);
    this.#step = {
      ...options,
      params: model.params(),
      classes: data.classes.length,
      objective: objective ?? (({ images, targets }, ctx) => loss(model.forward(images, ctx), targets)),
    };
    this.#random = new Random(seed).fork("fit");
    this.#checkpoints =
      checkpoints && new Checkpoints(checkpoints.store, checkpoints.keep ?? 2, configOf(data, options, this.#plan));
  }

  /** Begins at step 0, or to resume where the last checkpoint was written, if there is one. */
  async begin(resume = false): Promise<void> {
    if (!resume) {
      await this.#checkpoints?.expectNone();
      return;
    }
    const found = await this.#checkpoints?.resume(this.#trained);
    if (found) this.#position = found.position;
    await this.#options.onResume?.({ name: found?.name, step: this.#position.step });
  }

  /** What the steps from here on compute with. */
  batches(): AsyncGenerator<StepBatches, never> {
    return stepBatches(this.#data, this.#position, this.#plan, this.#options.signal);
  }

  get evaluationIsDue(): boolean {
    const { step, evaluated } = this.#position;
    return this.#options.evaluation !== undefined && evaluated < step && this.#isDue(this.#plan.evaluateEvery);
  }

  get checkpointIsDue(): boolean {
    return this.#checkpoints !== undefined && this.#isDue(this.#plan.checkpointEvery);
  }

  get isOver(): boolean {
    return this.#position.step >= this.#plan.steps || this.#isPatienceOver;
  }

  get result(): FitResult {
    const { step, best } = this.#position;
    const ended = step < this.#plan.steps ? "early" : "done";
    return { steps: step, ended, best, evaluation: this.#evaluation };
  }

  /** One update of the weights. */
  async step({ batches, waited }: StepBatches): Promise<void> {
    const { rate: rates, ema, onStep } = this.#options;
    const { step, epoch, since } = this.#position;
    const [plan, began] = [this.#plan, performance.now()];
    const rate = typeof rates === "number" ? rates : rates(step);
    const { loss, gradientNorm, finite } = await trainingStep(
      batches,
      { rate, progress: step / plan.steps },
      this.#random.fork(step),
      this.#step,
    );
    if (!finite) throw this.#diverged(loss, gradientNorm);
    ema?.update(step);
    const next = step + 1;
    this.#position = {
      ...this.#position,
      step: next,
      epoch: Math.floor(next / plan.stepsPerEpoch),
      batch: (next % plan.stepsPerEpoch) * plan.accumulate,
      since: { steps: since.steps + 1, loss: since.loss + loss },
    };
    const images = batches.reduce((sum, { shape }) => sum + shape[0], 0);
    this.#pace.add(images, waited + (performance.now() - began) / 1000, waited);
    const { imagesPerSecond, waiting } = this.#pace;
    const secondsLeft = this.#pace.secondsFor(plan.steps - next);
    const { steps } = plan;
    await onStep?.({ step: next, steps, epoch, loss, rate, gradientNorm, imagesPerSecond, secondsLeft, waiting });
  }

  /** Judges the weights, or their averages, and keeps them if they are the best so far. */
  async evaluate(): Promise<void> {
    const { evaluation, ema, batchSize, signal, onEvaluation } = this.#options;
    const { step, since, best, patience } = this.#position;
    const { data, metric = "top1", batchSize: own = batchSize } = evaluation!;
    ema?.swap();
    try {
      const found = await evaluate(this.#model, data, { batchSize: own, signal });
      const value = found[metric];
      const isBest = best === undefined || (metric === "loss" ? value < best.value : value > best.value);
      this.#evaluation = found;
      this.#position = {
        ...this.#position,
        evaluated: step,
        best: isBest ? { step, value } : best,
        patience: isBest ? 0 : patience + 1,
        since: { steps: 0, loss: 0 },
      };
      if (isBest) await this.#checkpoints?.saveBest(this.#model, this.#position);
      const epoch = Math.floor((step - 1) / this.#plan.stepsPerEpoch);
      const trainingLoss = since.loss / since.steps;
      await onEvaluation?.({ step, epoch, trainingLoss, evaluation: found, best: isBest });
    } finally {
      ema?.swap();
    }
  }

  /** Writes a checkpoint, unless that of this step is there. */
  async save(): Promise<void> {
    const name = await this.#checkpoints?.save(this.#trained, this.#position);
    if (name !== undefined) await this.#options.onCheckpoint?.({ name, step: this.#position.step });
  }

  get #trained() {
    return { model: this.#model, optimizer: this.#options.optimizer, ema: this.#options.ema };
  }

  get #isPatienceOver(): boolean {
    return this.#position.patience >= (this.#options.evaluation?.patience ?? Infinity);
  }

  #isDue(every: number): boolean {
    const { step } = this.#position;
    return step > 0 && (step % every === 0 || this.isOver);
  }

  #diverged(loss: number, gradientNorm: number | undefined): TesseraError {
    const what = Number.isFinite(loss) ? `gradients of length ${gradientNorm}` : `a loss of ${loss}`;
    const last = this.#checkpoints?.last;
    return new TesseraError(
      `fit: expected a finite loss and gradients, got ${what} at step ${this.#position.step + 1}; ` +
        `${last ? `the last good checkpoint is ${last}` : "there is no checkpoint before it"}; ` +
        "take a lower rate, a longer warm-up or shorter gradients (clipNorm)",
    );
  }
}

/** What has to be the same for a resumed run to go on as if it had never stopped. */
function configOf(data: TrainingData, options: FitOptions, plan: Plan): Record<string, unknown> {
  const { seed = 0, clipNorm, optimizer, config, evaluation } = options;
  const { metric, patience } = evaluation ?? {};
  const classes = data.classes;
  return {
    ...config,
    seed,
    clipNorm,
    optimizer: optimizer.name,
    ...plan,
    metric,
    patience,
    classes,
    images: data.length,
  };
}
