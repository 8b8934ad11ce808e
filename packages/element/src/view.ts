import type { Prediction } from "@tessera/pipeline";
import { style } from "./style.ts";

/** What an element shows: a place to choose or drop a picture, the picture, a line of what is going on, and answers. */
export interface View {
  readonly input: HTMLInputElement;
  /** The place that takes dropped pictures. */
  readonly place: HTMLElement;
  showPicture(address: string): void;
  /** What is going on, for eyes and screen readers. */
  say(text: string): void;
  showAnswers(answers: readonly Prediction[]): void;
  showError(message: string): void;
}

/** Builds it into a shadow root. No markup is parsed, so a page may forbid that. */
export function createView(root: ShadowRoot): View {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(style);
  root.adoptedStyleSheets = [sheet];
  const place = made("label", "place");
  const input = document.createElement("input");
  input.type = "file";
  input.accept = "image/*";
  const prompt = made("span", "prompt");
  const slot = document.createElement("slot");
  slot.textContent = "Choose a picture, or drop one here";
  prompt.append(slot);
  const picture = document.createElement("img");
  picture.part.add("picture");
  picture.alt = "";
  picture.hidden = true;
  place.append(picture, prompt, input);
  const status = made("p", "status");
  status.role = "status";
  const error = made("p", "error");
  error.role = "alert";
  const list = made("ol", "answers");
  root.append(place, status, list, error);

  const clear = () => {
    list.replaceChildren();
    error.textContent = "";
    status.textContent = "";
  };
  return {
    input,
    place,
    showPicture(address) {
      clear();
      picture.src = address;
      picture.hidden = false;
    },
    say(text) {
      status.textContent = text;
    },
    showAnswers(answers) {
      clear();
      list.replaceChildren(...answers.map(row));
      const [best] = answers;
      if (best) status.textContent = `${best.label}, ${percent(best.score)}`;
    },
    showError(message) {
      clear();
      error.textContent = message;
    },
  };
}

/** An answer, as long as its score. */
function row({ label, score }: Prediction): HTMLElement {
  const item = made("li", "answer");
  const name = made("span", "label");
  name.textContent = label;
  const value = made("span", "score");
  value.textContent = percent(score);
  item.style.setProperty("--score", String(score));
  item.append(name, value);
  return item;
}

function percent(score: number): string {
  return `${(100 * score).toFixed(1)} %`;
}

function made(tag: string, part: string): HTMLElement {
  const element = document.createElement(tag);
  element.part.add(part);
  return element;
}
