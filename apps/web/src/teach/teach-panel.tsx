import { useEffect, useRef } from "preact/hooks";
import { camera } from "../classify/camera.ts";
import { CodeBlock } from "../components/code-block.tsx";
import { ModelField } from "../components/model-field.tsx";
import { PlaceFields } from "../components/place-fields.tsx";
import { ProblemNote } from "../components/problem-note.tsx";
import { Progress } from "../components/progress.tsx";
import { useDrops } from "../components/use-drops.ts";
import { sortFiles } from "../state/dropped-files.ts";
import { showPicture } from "../state/picture.ts";
import { survey } from "../state/survey.ts";
import type { FileTaker } from "../state/take-files.ts";
import { openTab } from "./address.ts";
import { ClassCard } from "./class-card.tsx";
import { type FileGroup, groupedByFolder, groupedOf } from "./grouped-files.ts";
import { LessonCard } from "./lesson-card.tsx";
import { addFiles, addFolders, broken, reading } from "./reading.ts";
import { TakeAlongCard } from "./take-along-card.tsx";
import { teachCode } from "./teach-code.ts";
import { epochs, isBusy, method } from "./training.ts";
import { TryCard } from "./try-card.tsx";
import { trying } from "./trying.ts";
import { addClass, teaching, undo, undoable, work } from "./work.ts";

const taker: FileTaker = { onPicture: () => camera.stop(), onProblem: (problem) => trying.fail(problem) };

/** Not among Preact's attributes, though every browser on a desktop has it. */
const wholeFolder = { webkitdirectory: true };

/** Classes of the user's own, learnt in this tab. */
export function TeachPanel() {
  useEffect(openTab, []);
  useEffect(() => () => camera.stop(), []);
  const over = useDrops(taker, async (transfer, onto) => take(await groupedOf(transfer), onto));
  const folders = useRef<HTMLInputElement>(null);
  return (
    <div class={over.value ? "stack teach over" : "stack teach"}>
      <section class="card" aria-labelledby="teach-title">
        <h2 id="teach-title">Teach it classes of your own</h2>
        <p class="hint">
          A few pictures of each class are enough. They stay on this device, and what is learnt is learnt here.
        </p>
        <div class="setup">
          <ModelField model={teaching.model} />
          <PlaceFields choice={teaching} />
        </div>
        <div class="actions">
          <button type="button" disabled={isBusy.value} onClick={addClass}>
            Add a class
          </button>
          <button type="button" disabled={isBusy.value} onClick={() => folders.current?.click()}>
            Choose a folder of classes
          </button>
          <input
            ref={folders}
            class="visually-hidden"
            type="file"
            {...wholeFolder}
            tabIndex={-1}
            aria-label="Folder of classes"
            onChange={({ currentTarget }) => {
              void addFolders(groupedByFolder([...(currentTarget.files ?? [])]));
              currentTarget.value = "";
            }}
          />
          <button type="button" class="quiet" disabled={isBusy.value || !undoable.value} onClick={undo}>
            {undoable.value ? `Undo ${undoable.value}` : "Undo"}
          </button>
        </div>
        <Progress task={reading} />
        <ProblemNote problem={survey.problem.value ?? reading.problem.value} />
        <BrokenPictures />
      </section>
      <ul class="taught-classes" aria-label="Classes">
        {work.value.classes.map((one) => (
          <ClassCard key={one.id} one={one} />
        ))}
      </ul>
      <div class="two">
        <LessonCard />
        <TryCard taker={taker} isOver={over.value} />
      </div>
      <TakeAlongCard />
      <CodeBlock title="The same in code" programs={teachCode(teaching.setup.value, method.value, epochs.value)} />
    </div>
  );
}

/** Onto a class: its pictures. Folders: classes. A model: what the lesson begins with. Else a picture to be tried. */
function take(groups: readonly FileGroup[], onto: EventTarget | null): void {
  const all = groups.flatMap(({ files }) => files);
  const sorted = sortFiles(all);
  const card = onto instanceof Element ? onto.closest<HTMLElement>("[data-class]") : null;
  const named = groups.filter(({ folder }) => folder !== undefined);
  if (sorted.kind === "model") teaching.model.value = sorted.model;
  else if (sorted.kind === "nothing") trying.fail({ title: "That could not be used", detail: sorted.why });
  else if (card) void addFiles(Number(card.dataset["class"]), all);
  else if (named.length > 0) void addFolders(named);
  else if (all.length === 1) {
    camera.stop();
    showPicture(sorted.file, sorted.file.name);
  } else
    trying.fail({
      title: "Whose pictures are they?",
      detail: `Expected one picture to try, got ${all.length}; drop those of a class onto that class, or a folder of each.`,
    });
}

/** How many are named; the rest is counted. */
const listed = 5;

function BrokenPictures() {
  const all = broken.value;
  if (all.length === 0) return null;
  return (
    <div class="problem" role="alert">
      <strong>{all.length === 1 ? "A picture could not be read" : `${all.length} pictures could not be read`}</strong>
      <ul>
        {all.slice(0, listed).map(({ name, reason }, i) => (
          <li key={i}>
            {name}: {reason}
          </li>
        ))}
      </ul>
      {all.length > listed && <p>And {all.length - listed} more.</p>}
    </div>
  );
}
