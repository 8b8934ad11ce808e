import { percent } from "../format.ts";
import type { Lesson } from "../worker/lessons.ts";

/** Which held-back pictures are taken for what. */
export function Confusion({ lesson: { classes, judged } }: { lesson: Lesson }) {
  if (!judged)
    return <p class="hint">No class has two pictures, so none was held back to judge by: try it, or give it more.</p>;
  const { images, top1, confusion } = judged;
  return (
    <>
      <p class="verdict">
        <b data-testid="told">{percent(top1)}</b> of {images} held-back pictures are told: a fifth of each class, which
        it has not learnt of.
      </p>
      <div class="scroll" role="region" aria-label="Confusion matrix" tabIndex={0}>
        <table class="confusion">
          <caption class="visually-hidden">Held-back pictures by their class, and by what they are taken for</caption>
          <thead>
            <tr>
              <th scope="col">is ↓ taken for →</th>
              {classes.map((name, i) => (
                <th scope="col" class="number" key={i}>
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {confusion.map((row, i) => {
              const all = row.reduce((sum, count) => sum + count, 0);
              return (
                <tr key={i}>
                  <th scope="row">{classes[i]}</th>
                  {row.map((count, j) => (
                    <td
                      key={j}
                      class={i === j ? "number right" : "number wrong"}
                      style={{ "--share": String(all && count / all) }}
                    >
                      {count}
                    </td>
                  ))}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
    </>
  );
}
