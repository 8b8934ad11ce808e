import { CopyButton } from "./copy-button.tsx";

interface CodeBlockProps {
  title: string;
  /** Programs by what they are of. */
  programs: readonly (readonly [name: string, text: string])[];
}

/** Lines that do the same with the packages, to be copied. */
export function CodeBlock({ title, programs }: CodeBlockProps) {
  return (
    <details class="card code">
      <summary>{title}</summary>
      {programs.map(([name, text]) => (
        <div key={name}>
          <div class="card-head">
            <h3>{name}</h3>
            <CopyButton text={text} label="Copy code" />
          </div>
          <pre tabIndex={0}>{text}</pre>
        </div>
      ))}
    </details>
  );
}
