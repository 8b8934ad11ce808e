import type { Failure } from "@tessera/core";
import type { Calls, FromWorker, ToWorker } from "./messages.ts";

export interface CallOptions<Progress> {
  signal?: AbortSignal;
  onProgress?: (progress: Progress) => void;
  transfer?: Transferable[];
}

/** Milliseconds that a worker has to answer a cancel before it is ended: a forward cannot be interrupted. */
const cancelTimeout = 400;

interface PendingCall {
  message: ToWorker;
  transfer: Transferable[];
  cancelled: boolean;
  resolve: (output: unknown) => void;
  reject: (error: Error) => void;
  onProgress?: ((progress: never) => void) | undefined;
}

/** An error that came from the worker. */
export class WorkerError extends Error {
  override readonly name: string;
  /** Of a `TesseraError` there: something that the user can mend. */
  readonly code: Failure["code"];

  constructor({ name, message, code }: Failure) {
    super(message);
    this.name = name;
    this.code = code;
  }
}

/** The page's end: typed calls to a worker that is started when first needed, and again after it had to be ended. */
export class WorkerClient<C extends Calls> {
  readonly #start: () => Worker;
  #worker: Worker | undefined;
  #next = 0;
  readonly #pending = new Map<number, PendingCall>();

  constructor(start: () => Worker) {
    this.#start = start;
  }

  /** @throws {WorkerError} as the worker says; a DOMException named AbortError once the signal is aborted. */
  call<Name extends keyof C & string>(
    call: Name,
    input: C[Name]["input"],
    { signal, onProgress, transfer = [] }: CallOptions<C[Name]["progress"]> = {},
  ): Promise<C[Name]["output"]> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(aborted());
      const id = this.#next++;
      const cancel = () => {
        // The caller goes on at once; the call waits for the worker to let go of it.
        reject(aborted());
        this.#cancel(id);
      };
      const settled = () => {
        signal?.removeEventListener("abort", cancel);
        this.#pending.delete(id);
      };
      signal?.addEventListener("abort", cancel);
      const message = { id, call, input };
      this.#pending.set(id, {
        message,
        transfer,
        cancelled: false,
        onProgress,
        resolve: (output) => (settled(), resolve(output as C[Name]["output"])),
        reject: (error) => (settled(), reject(error)),
      });
      this.#post(message, transfer);
    });
  }

  #cancel(id: number): void {
    const pending = this.#pending.get(id);
    if (!pending) return;
    pending.cancelled = true;
    this.#post({ id, cancel: true });
    setTimeout(() => this.#pending.get(id) === pending && this.#startAfresh(), cancelTimeout);
  }

  #post(message: ToWorker, transfer: Transferable[] = []): void {
    this.#worker ??= this.#started();
    this.#worker.postMessage(message, transfer);
  }

  #started(): Worker {
    const worker = this.#start();
    worker.addEventListener("message", ({ data }: MessageEvent<FromWorker>) => {
      const pending = this.#pending.get(data.id);
      if (!pending) return;
      if ("progress" in data) pending.onProgress?.(data.progress as never);
      else if ("failure" in data) pending.reject(new WorkerError(data.failure));
      else pending.resolve(data.output);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.#fail(event.message || "its code could not be loaded; check the network and reload the page");
    });
    return worker;
  }

  /** Ends the worker in the middle of what was cancelled; what else waits is asked of a new one. */
  #startAfresh(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { cancelled, message, transfer, reject } of this.#pending.values()) {
      // What was transferred is gone with the worker.
      if (cancelled || transfer.length > 0) reject(aborted());
      else this.#post(message);
    }
  }

  #fail(why: string): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    for (const { reject } of this.#pending.values())
      reject(new WorkerError({ name: "WorkerError", message: `The worker ended: ${why}`, code: undefined }));
  }
}

function aborted(): DOMException {
  return new DOMException("Cancelled", "AbortError");
}
