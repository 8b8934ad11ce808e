import { backendLine, quoted, sourceOf } from "../state/code.ts";
import type { Setup } from "../worker/calls.ts";
import type { Method, Patch } from "./view.ts";

export interface LookedAt {
  setup: Setup;
  picture: string;
  method: Method;
  /** Tokens look inside of windows. @default false */
  windows?: boolean;
  /** From 0; undefined for the last block and for all heads. */
  block: number | undefined;
  head: number | undefined;
  patch: Patch | undefined;
  target: number | "predicted";
}

/** Programs that make the map that is shown: for our packages, and for the command line. */
export function lookCode(look: LookedAt): [name: string, text: string][] {
  const { setup, picture } = look;
  const { names, lines } = mapLines(look);
  const typescript = [
    `import { useBackend } from "@tessera/backends";`,
    `import { decodeImage, preprocessBatch } from "@tessera/data";`,
    `import { ${names.join(", ")} } from "@tessera/explain";`,
    `import { loadModel } from "@tessera/pipeline";`,
    "",
    backendLine(setup),
    `const { model, preprocessing } = await loadModel(${sourceOf(setup.model).args});`,
    `const images = preprocessBatch([await decodeImage(${JSON.stringify(picture)})], preprocessing);`,
    ...lines,
    "console.log(map);",
  ];
  return [
    ["TypeScript", typescript.join("\n")],
    ["Command line", `npx @tessera/cli explain ${quoted(picture)}${flagsOf(look)}`],
  ];
}

function mapLines({ method, windows, block, head, patch, target }: LookedAt): { names: string[]; lines: string[] } {
  if (windows && (patch || method === "attention")) {
    const options = [
      ...(head === undefined ? [] : [`head: ${head}`]),
      ...(patch ? [`from: { row: ${patch.row}, column: ${patch.column} }`] : []),
    ];
    const given = options.length > 0 ? `, { ${options.join(", ")} }` : "";
    return {
      names: ["windowedAttention", "windowedHeatmap"],
      lines: [
        "const blocks = await windowedAttention(model, images);",
        `const map = windowedHeatmap(blocks.at(${block ?? -1})!${given});`,
      ],
    };
  }
  if (patch || method === "attention") {
    const options = [
      ...(block === undefined ? [] : [`block: ${block}`]),
      ...(head === undefined ? [] : [`head: ${head}`]),
      ...(patch ? [`from: { row: ${patch.row}, column: ${patch.column} }`] : []),
    ];
    const given = options.length > 0 ? `, { ${options.join(", ")} }` : "";
    return {
      names: ["attentionHeatmap", "attentionMaps"],
      lines: ["const maps = await attentionMaps(model, images);", `const map = attentionHeatmap(maps${given});`],
    };
  }
  if (method === "rollout") {
    return {
      names: ["attentionMaps", "attentionRollout"],
      lines: ["const [map] = attentionRollout(await attentionMaps(model, images));"],
    };
  }
  return {
    names: [method],
    lines: [`const [map] = await ${method}(model, images, { target: ${JSON.stringify(target)} });`],
  };
}

function flagsOf({ setup, method, block, head, patch, target }: LookedAt): string {
  const shown = patch ? "attention" : method === "gradCam" ? "grad-cam" : method;
  const focus = [
    ...(block === undefined ? [] : [`--block ${block}`]),
    ...(head === undefined ? [] : [`--head ${head}`]),
    ...(patch ? [`--patch ${patch.row},${patch.column}`] : []),
  ];
  const parts = [
    `--method ${shown}`,
    ...(shown === "attention" ? focus : []),
    ...(target === "predicted" || ["attention", "rollout"].includes(shown) ? [] : [`--target ${target}`]),
    "--out map.png",
  ];
  return `${sourceOf(setup.model).flags} ${parts.join(" ")}`;
}
