import { type Dialect, type Rule, layouts } from "@tessera/core";
import { googleTranslation } from "@tessera/vit";

const { flat, hwioToOihw } = layouts;

const STEM = /^(.*?)conv_root\/kernel$/;
const UNIT = /^(.*?)block(\d+)\/unit(\d+)\/(?:conv([123])|conv_proj)\/kernel$/;

/** Kernel of a convolution, scale and bias of the group norm after it; the original files keep these as maps of one pixel. */
function layer(conv: string, norm: string, to: { conv: string; norm: string }): Rule[] {
  return [
    [`${conv}/kernel`, `${to.conv}.weight`, hwioToOihw],
    [`${norm}/scale`, `${to.norm}.weight`, flat],
    [`${norm}/bias`, `${to.norm}.bias`, flat],
  ];
}

/**
 * Google's names of hybrids: a ViT's, and before it those of the ResNet.
 * https://github.com/google-research/vision_transformer
 */
const google: Dialect = {
  name: "google",
  translate(names) {
    const prefix = names.flatMap((name) => STEM.exec(name)?.[1] ?? [])[0];
    const translation = prefix === undefined ? undefined : googleTranslation(names);
    if (!translation) return undefined;
    const units = names.flatMap((name) => UNIT.exec(name) ?? []).length > 0;
    const root = `patch_embed.backbone${units ? ".stem" : ""}`;
    const rules = names.flatMap((name): Rule[] => {
      const [, , stage, unit, conv] = UNIT.exec(name) ?? [];
      if (stage === undefined) return [];
      const from = `block${stage}/unit${unit}`;
      const to = `patch_embed.backbone.stages.${Number(stage) - 1}.blocks.${Number(unit) - 1}`;
      if (conv === undefined)
        return layer(`${from}/conv_proj`, `${from}/gn_proj`, { conv: `${to}.downsample.conv`, norm: `${to}.downsample.norm` }); // prettier-ignore
      return layer(`${from}/conv${conv}`, `${from}/gn${conv}`, {
        conv: `${to}.conv${conv}`,
        norm: `${to}.norm${conv}`,
      });
    });
    return {
      ...translation,
      rules: [
        ...translation.rules,
        ...layer("conv_root", "gn_root", { conv: `${root}.conv`, norm: `${root}.norm` }),
        ...rules,
      ],
    };
  },
};

/** Others' names for hybrids. timm's are ours. */
export const hybridDialects: readonly Dialect[] = [google];
