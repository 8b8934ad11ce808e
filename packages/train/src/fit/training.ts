import { Random, TesseraError } from "@tessera/core";
import { Checkpoints } from "../checkpoints/checkpoints.ts";
import { type Position, START } from "../checkpoints/position.ts";
import type { TrainingData } from "../data.ts";
import type { FitResult, TrainingOptions } from "./options.ts";
import { Pace } from "./pace.ts";
import { type Plan, planOf } from "./plan.ts";
import { type StepBatches, stepBatches } from "./step-batches.ts";
import type { Task } from "./task.ts";
import { type StepSettings, trainingStep } from "./training-step.ts";

/** @internal A training on its way: what `fit` does, one step or stop at a time. */
export class Training<B extends { readonly shape: readonly number[] }, E, Metric extends string> {
  readonly #task: Task<B, E>;
  readonly #data: TrainingData<B>;
  readonly #options: TrainingOptions<B, E, Metric>;
  readonly #plan: Plan;
  readonly #step: StepSettings<B>;
  readonly #random: Random;
  readonly #checkpoints: Checkpoints | undefined;
  readonly #pace = new Pace();
  #position: Position = START;
  #evaluation: E | undefined;

  constructor(task: Task<B, E>, data: TrainingData<B>, options: TrainingOptions<B, E, Metric>) {
    const { seed = 0, checkpoints } = options;
    this.#task = task;
    this.#data = data;
    this.#options = options;
    this.#plan = planOf(data, options);
    this.#step = { ...options, params: task.model.params(), task };
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
  batches(): AsyncGenerator<StepBatches<B>, never> {
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

  get result(): FitResult<E> {
    const { step, best } = this.#position;
    const ended = step < this.#plan.steps ? "early" : "done";
    return { steps: step, ended, best, evaluation: this.#evaluation };
  }

  /** One update of the weights. */
  async step({ batches, waited }: StepBatches<B>): Promise<void> {
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
    const images = batches.reduce((sum, { shape }) => sum + shape[0]!, 0);
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
    const { data, batchSize: own = batchSize } = evaluation!;
    ema?.swap();
    try {
      const found = await this.#task.evaluate(data, { batchSize: own, signal });
      const { value, isLoss } = this.#task.judge(found);
      const isBest = best === undefined || (isLoss ? value < best.value : value > best.value);
      this.#evaluation = found;
      this.#position = {
        ...this.#position,
        evaluated: step,
        best: isBest ? { step, value } : best,
        patience: isBest ? 0 : patience + 1,
        since: { steps: 0, loss: 0 },
      };
      if (isBest) await this.#checkpoints?.saveBest(this.#task.model, this.#position);
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
    return { model: this.#task.model, optimizer: this.#options.optimizer, ema: this.#options.ema };
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
function configOf<B, E, Metric extends string>(
  data: TrainingData<B>,
  options: TrainingOptions<B, E, Metric>,
  plan: Plan,
): Record<string, unknown> {
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
