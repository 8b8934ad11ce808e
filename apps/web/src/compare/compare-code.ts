import { backendLine, quoted, sourceOf } from "../state/code.ts";
import type { Setup } from "../worker/calls.ts";

/** Programs that ask two models, or one in two places, of a picture: for our packages, and for the command line. */
export function compareCode(sides: readonly [Setup, Setup], picture: string): [name: string, text: string][] {
  const parts = sides.map((setup, i) => {
    const name = "ab"[i]!;
    return [
      backendLine(setup),
      `using ${name} = await imageClassifier(${sourceOf(setup.model).args});`,
      `console.log(${name}.modelName, await ${name}(${JSON.stringify(picture)}));`,
    ].join("\n");
  });
  const imports = `import { useBackend } from "@tessera/backends";\nimport { imageClassifier } from "@tessera/pipeline";`;
  const commands = sides.map(({ model, backend, precision }) => {
    const format = precision === "f32" ? "" : ` --precision ${precision}`;
    return `npx @tessera/cli classify ${quoted(picture)}${sourceOf(model).flags} --backend ${backend}${format} --logits`;
  });
  return [
    ["TypeScript", [imports, ...parts].join("\n\n")],
    ["Command line", commands.join("\n")],
  ];
}
