import { Pixels } from "../components/pixels.tsx";
import { percent } from "../format.ts";
import type { Insight, TokenNumbers } from "../worker/calls.ts";
import { likeness, numberedPatch } from "./flow-thumbnails.ts";
import { cutLayer, patchLayer } from "./layers.ts";
import { NumberRows } from "./number-rows.tsx";

/** Pixels along a side whose numbers are shown. */
const most = 4;

const cuts: Record<Insight["stem"], (count: string, size: string) => string> = {
  patches: (count, size) => `and cut into ${count} patches of ${size}.`,
  words: (count, size) => `and cut into ${count} patches of ${size}, inside which a TNT looks at still smaller words.`,
  convolutions: (count) => `and goes through a few small convolutions. Their ${count} places lie as patches would.`,
};

export function Cut({ inside }: { inside: Insight }) {
  const { seen, grid } = inside;
  const [rows, columns] = grid;
  const at = numberedPatch(inside);
  const { width, height, data } = patchLayer(seen, grid, at);
  const shown = [Math.min(most, height), Math.min(most, width)] as const;
  return (
    <>
      <p>
        The picture is brought to {seen.width} × {seen.height} pixels{" "}
        {cuts[inside.stem](`${rows} × ${columns} = ${rows * columns}`, `${width} × ${height}`)} To a transformer each is
        one word of a sentence.
      </p>
      <div class="beside">
        <Pixels layer={cutLayer(seen, grid)} class="large" label={`The picture in ${rows} × ${columns} patches`} />
        <figure>
          <div class="scroll" role="region" aria-label="Pixels of the patch" tabIndex={0}>
            <table class="pixels">
              <tbody>
                {Array.from({ length: shown[0] }, (_, y) => (
                  <tr key={y}>
                    {Array.from({ length: shown[1] }, (__, x) => {
                      const [r, g, b] = data.subarray(4 * (y * width + x));
                      return (
                        <td key={x}>
                          <i style={{ background: `rgb(${r} ${g} ${b})` }} />
                          {r} {g} {b}
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
          <figcaption class="hint">
            Red, green and blue of the patch in row {at.row}, column {at.column}
            {width * height > shown[0] * shown[1] && `, its first ${shown[0]} × ${shown[1]} pixels`}. Choose another on
            the picture above.
          </figcaption>
        </figure>
      </div>
    </>
  );
}

export function Projected({ inside }: { inside: Insight }) {
  const { tokens, seen, grid, stem } = inside;
  const at = numberedPatch(inside);
  if (!tokens) return <Untold />;
  const inputs = (3 * seen.width * seen.height) / (grid[0] * grid[1]);
  return (
    <>
      <p>
        {stem === "patches" ? `The ${inputs} numbers of a patch become` : "What is known of each patch becomes"} a token
        of {tokens.width}, by weights that were learnt and are the same for every patch. Above, a line is a token.
      </p>
      <NumberRows label="The token" rows={[[nameOf(at), ofPatch(tokens, tokens.projected, inside)]]} />
    </>
  );
}

export function Placed({ inside }: { inside: Insight }) {
  const { tokens } = inside;
  const at = numberedPatch(inside);
  if (!tokens?.positions)
    return <p>This model adds nothing to its tokens for their places: its attention knows them in another way.</p>;
  const [token, position] = [tokens.projected, tokens.positions].map((all) => ofPatch(tokens, all, inside)) as [Float32Array, Float32Array]; // prettier-ignore
  const alike = likeness(inside, at);
  return (
    <>
      <p>
        Attention alone does not know where a patch lies. So each place has numbers of its own, learnt too, and they are
        added to the token. Places that lie near each other have come to be alike, though nobody said which do.
      </p>
      <div class="beside">
        {alike && (
          <Pixels layer={alike} class="large" label={`How alike the position of ${nameOf(at)} is to all others`} />
        )}
        <NumberRows
          label="Token and position"
          rows={[
            ["token", token],
            ["+ position", position],
            ["= goes in", token.map((value, i) => value + position[i]!)],
          ]}
        />
      </div>
    </>
  );
}

export function Attended({ inside }: { inside: Insight }) {
  const { tokens, lens, target, attention } = inside;
  return (
    <>
      <p>
        {attention
          ? `In each of ${attention.blocks.length} blocks every token looks at all tokens, by several heads, and takes from those that it looks at. ${attention.prefix > 0 ? "The class token, which comes from no patch, gathers what the answer is made of." : "In the end the mean of all is what the answer is made of."}`
          : "This model mixes its places in another way than by attention among all of them."}
      </p>
      {lens.length > 0 && (
        <div class="scroll" role="region" aria-label="After each block" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">If the model ended after</th>
                <th scope="col">it would say</th>
                <th scope="col" class="number">
                  and “{target.label}”
                </th>
              </tr>
            </thead>
            <tbody>
              {lens.map(({ label, score, target: share }, i) => (
                <tr key={i}>
                  <th scope="row">block {i}</th>
                  <td>
                    {label} {percent(score)}
                  </td>
                  <td class="number">{percent(share)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {tokens && tokens.prefix > 0 && (
        <NumberRows
          label="The class token"
          rows={tokens.blocks.map(
            (values, i) => [`class token, block ${i}`, values.subarray(0, tokens.shown)] as const,
          )}
        />
      )}
    </>
  );
}

export function Classified({ inside: { top, target } }: { inside: Insight }) {
  return (
    <>
      <p>
        The head makes one number of what was gathered for each class, the logit; the softmax makes shares of them that
        add up to one.
      </p>
      <div class="scroll" role="region" aria-label="Logits" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col" class="number">
                Logit
              </th>
              <th scope="col" class="number">
                Share
              </th>
            </tr>
          </thead>
          <tbody>
            {top.map(({ index, label, logit, score }) => (
              <tr key={index}>
                <th scope="row">
                  {label}
                  {index === target.index && <small>is explained above</small>}
                </th>
                <td class="number">{logit.toFixed(2)}</td>
                <td class="number">
                  {percent(score)}
                  <span class="bar" aria-hidden="true">
                    <span style={{ width: `${100 * score}%` }} />
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Untold() {
  return <p>This model does not make one token of each patch, so there are no numbers of it to show.</p>;
}

function ofPatch({ shown }: TokenNumbers, all: Float32Array, inside: Insight): Float32Array {
  const { row, column } = numberedPatch(inside);
  const from = (row * inside.grid[1] + column) * shown;
  return all.subarray(from, from + shown);
}

function nameOf({ row, column }: { row: number; column: number }): string {
  return `row ${row}, column ${column}`;
}
