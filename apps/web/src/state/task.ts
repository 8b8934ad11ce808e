import { computed, signal } from "@preact/signals";
import { WorkerError } from "../rpc/worker-client.ts";
import type { Stage } from "../worker/calls.ts";
import { announce } from "./announce.ts";

/** Something that went wrong, in words for the user. */
export interface Problem {
  title: string;
  /** What was expected, what was got, what to do. */
  detail: string;
  /** A way back to what worked before. */
  back?: { label: string; go: () => void } | undefined;
}

export interface RunOptions {
  /** Title of a problem, in place of the task's own. */
  title?: string;
  /** Where the user can go back to when it fails in a stage. */
  wayBack?: (stage: Stage["stage"]) => Problem["back"];
}

export interface TaskOptions {
  signal: AbortSignal;
  onProgress: (stage: Stage) => void;
}

/** What did not work, where the stage tells more than the task. */
const failedStages: Partial<Record<Stage["stage"], string>> = {
  "Starting the backend": "The backend could not be started",
  "Fetching the model": "The model could not be fetched",
  "Loading the model": "The model could not be loaded",
};

/** Work that shows how far it is, can be cancelled, and leaves a result or a problem. A new run ends the one before. */
export class Task<Result> {
  readonly stage = signal<Stage | undefined>(undefined);
  readonly problem = signal<Problem | undefined>(undefined);
  readonly result = signal<Result | undefined>(undefined);
  readonly running = computed(() => this.stage.value !== undefined);
  readonly #title: string;
  #controller: AbortController | undefined;

  /** @param title of a problem: what did not work */
  constructor(title: string) {
    this.#title = title;
  }

  async run(
    work: (options: TaskOptions) => Promise<Result>,
    { title = this.#title, wayBack }: RunOptions = {},
  ): Promise<Result | undefined> {
    this.cancel();
    const controller = (this.#controller = new AbortController());
    const current = () => this.#controller === controller;
    this.problem.value = undefined;
    this.stage.value = { stage: "Waiting" };
    try {
      const result = await work({
        signal: controller.signal,
        onProgress: (stage) => current() && (this.stage.value = stage),
      });
      if (!current()) return undefined;
      this.result.value = result;
      return result;
    } catch (error) {
      const stage = this.stage.peek()?.stage ?? "Waiting";
      if (current() && !isAbort(error))
        this.fail({ ...problemOf(error, failedStages[stage] ?? title), back: wayBack?.(stage) });
      return undefined;
    } finally {
      if (current()) this.stage.value = undefined;
    }
  }

  cancel(): void {
    this.#controller?.abort();
    this.#controller = undefined;
    this.stage.value = undefined;
  }

  fail(problem: Problem): void {
    this.result.value = undefined;
    this.problem.value = problem;
    announce(`${problem.title}. ${problem.detail}`);
  }
}

/** True for what a cancel leaves behind. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** An error in words; one that nobody foresaw says what can be done anyway. */
export function problemOf(error: unknown, title: string): Problem {
  const message = error instanceof Error ? error.message : String(error);
  const hasCode = error instanceof WorkerError && error.code !== undefined;
  return {
    title,
    detail: hasCode
      ? message
      : `${message}\nTry again, or choose another backend. If it happens again, reload the page.`,
  };
}
