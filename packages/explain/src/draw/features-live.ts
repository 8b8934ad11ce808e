import type { Neighbour } from "../features/neighbours.ts";

/** What the page's script is given. */
export interface FeaturesData {
  names: readonly string[];
  neighbours: readonly (readonly Neighbour[])[];
}

/** The script of the page. It refers to nothing outside of itself, because the page carries it as text. */
export function liveFeatures(data: FeaturesData): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("#plane button")];
  const source = (i: number) => buttons[i]!.querySelector("img")!.src;
  const tile = (i: number, words: string) => {
    const figure = document.createElement("figure");
    const image = Object.assign(document.createElement("img"), { src: source(i), alt: "" });
    const caption = Object.assign(document.createElement("figcaption"), { textContent: words });
    figure.append(image, caption);
    return figure;
  };
  for (const [i, button] of buttons.entries()) {
    button.addEventListener("click", () => {
      const near = data.neighbours[i]!;
      for (const [j, other] of buttons.entries()) {
        other.classList.toggle("chosen", i === j);
        other.classList.toggle(
          "near",
          near.some(({ index }) => index === j),
        );
      }
      document.getElementById("name")!.textContent = `Nearest to ${data.names[i]}`;
      const tiles = near.map(({ index, similarity }) => tile(index, `${similarity.toFixed(3)} ${data.names[index]}`));
      document.getElementById("near")!.replaceChildren(tile(i, "chosen"), ...tiles);
    });
  }
}
