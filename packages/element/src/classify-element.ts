import { type PooledClassifier, type Prediction, type WorkerOptions, imageClassifier } from "@tessera/pipeline";
import { tell } from "./events.ts";
import { type View, createView } from "./view.ts";

/** A server that imports this package has no elements to extend. */
const Base = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement);

/** A picture that was chosen, or its address. */
type Picture = Blob | string;

/**
 * `<tessera-classify model="…" src="…" top="5">`: says what is on a picture that is chosen, dropped, or named by `src`. The model is
 * loaded for the first picture and runs in a worker, so the page stays responsive; it is freed when the element leaves the page.
 *
 * Attributes: `model`, as `imageClassifier` takes it, by default the embedded one; `src`, the address of a picture; `top`, how many
 * classes. Events: `tessera-result`, `tessera-error`. Its parts are `place` (also `dragging` while a picture is held over it), `prompt`, `picture`, `status`, `error`, `answers`,
 * `answer`, `label` and `score`; `--tessera-accent` is their colour. What stands inside of it is the prompt.
 */
export class ClassifyElement extends Base {
  static readonly observedAttributes: readonly string[] = ["model", "src", "top"];
  /** How its worker computes. It counts for the next model that is loaded. @default the fastest backend that works */
  workers: WorkerOptions = {};
  readonly #view: View;
  /** Ends loading and classifying. */
  #life = new AbortController();
  #classifier: Promise<PooledClassifier> | undefined;
  #asked = new AbortController();
  #picture: Picture | undefined;
  #address: string | undefined;

  constructor() {
    super();
    this.#view = createView(this.attachShadow({ mode: "open" }));
    const { input, place } = this.#view;
    input.addEventListener("change", () => this.#take(input.files));
    place.addEventListener("dragover", (event) => {
      event.preventDefault();
      place.part.add("dragging");
    });
    place.addEventListener("dragleave", () => place.part.remove("dragging"));
    place.addEventListener("drop", (event) => {
      event.preventDefault();
      place.part.remove("dragging");
      this.#take(event.dataTransfer?.files);
    });
  }

  connectedCallback(): void {
    const { src } = this;
    if (src) this.#show(src);
  }

  disconnectedCallback(): void {
    this.#free();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    if (name === "model") this.#free();
    const picture = name === "src" ? after : this.#picture;
    if (picture) this.#show(picture);
  }

  /** Address of a picture. */
  get src(): string | null {
    return this.getAttribute("src");
  }

  set src(address: string | null) {
    reflect(this, "src", address);
  }

  /** A model, as `imageClassifier` takes it; the embedded default without one. */
  get model(): string | null {
    return this.getAttribute("model");
  }

  set model(spec: string | null) {
    reflect(this, "model", spec);
  }

  /** Classes that are shown, the best first. @default 5 */
  get top(): number {
    const count = Number(this.getAttribute("top") ?? 5);
    return Number.isInteger(count) && count > 0 ? count : 5;
  }

  set top(count: number) {
    reflect(this, "top", String(count));
  }

  /**
   * Shows a picture and says what is on it. A newer picture aborts it.
   * @throws {TesseraError} if the model cannot be had or the picture not be read, which is also shown.
   */
  async classify(picture: Picture): Promise<Prediction[]> {
    this.#asked.abort();
    const { signal } = (this.#asked = new AbortController());
    this.#picture = picture;
    this.#showPicture(picture);
    try {
      const classify = await this.#loaded();
      signal.throwIfAborted();
      this.#view.say("Looking …");
      const predictions = await classify(picture, { topK: this.top, signal });
      this.#view.showAnswers(predictions);
      tell(this, "tessera-result", { predictions });
      return predictions;
    } catch (error) {
      if (!signal.aborted) {
        this.#view.showError((error as Error).message);
        tell(this, "tessera-error", { error });
      }
      throw error;
    }
  }

  /** What nobody waits for: it is shown and told, no rejection. */
  #show(picture: Picture): void {
    this.classify(picture).catch(() => undefined);
  }

  #take(files: FileList | null | undefined): void {
    const file = files?.[0];
    if (file) this.#show(file);
  }

  #showPicture(picture: Picture): void {
    this.#forgetAddress();
    if (picture instanceof Blob) this.#address = URL.createObjectURL(picture);
    this.#view.showPicture(this.#address ?? (picture as string));
  }

  #loaded(): Promise<PooledClassifier> {
    if (this.#classifier) return this.#classifier;
    this.#view.say("Loading the model …");
    const { signal } = this.#life;
    const loading = imageClassifier(this.model ?? undefined, {
      workers: { count: 1, ...this.workers },
      signal,
      onProgress: ({ loaded, total }) => {
        if (total && !signal.aborted) this.#view.say(`Loading the model: ${Math.round((100 * loaded) / total)} %`);
      },
    });
    this.#classifier = loading;
    // What failed is tried again with the next picture.
    loading.catch(() => {
      if (this.#classifier === loading) this.#classifier = undefined;
    });
    return loading;
  }

  #free(): void {
    this.#asked.abort();
    this.#life.abort();
    this.#life = new AbortController();
    this.#classifier?.then(
      (classify) => classify.dispose(),
      () => undefined,
    );
    this.#classifier = undefined;
    this.#forgetAddress();
  }

  #forgetAddress(): void {
    if (this.#address) URL.revokeObjectURL(this.#address);
    this.#address = undefined;
  }
}

function reflect(element: HTMLElement, name: string, value: string | null): void {
  if (value === null) element.removeAttribute(name);
  else element.setAttribute(name, value);
}
