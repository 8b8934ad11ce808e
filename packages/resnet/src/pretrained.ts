import { type Pretrained, type PretrainedEntry, publishedByTimm } from "@tessera/core";
import type { ResNetName } from "./variants.ts";

const imagenet = {
  labels: "imagenet-1k",
  classes: 1000,
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const;

/** timm's own recipes: Wightman et al. 2021 and later. */
function timm(cropPct: number): PretrainedEntry {
  return { ...imagenet, cropPct, interpolation: "bicubic", license: "apache-2.0" };
}

const torchvision: PretrainedEntry = {
  ...imagenet,
  cropPct: 0.875,
  interpolation: "bilinear",
  license: "bsd-3-clause",
};
/** Trained on a billion pictures with labels of another model, or with hashtags: Yalniz et al. 2019. */
const semiSupervised: PretrainedEntry = { ...torchvision, license: "cc-by-nc-4.0" };

/** Tags by variant, as timm 1.0.29 lists them; the first of a variant is its default. */
const tags: Partial<Record<ResNetName, Record<string, PretrainedEntry>>> = {
  resnet18: {
    a1_in1k: timm(0.95),
    a2_in1k: timm(0.95),
    a3_in1k: timm(0.95),
    tv_in1k: torchvision,
    fb_ssl_yfcc100m_ft_in1k: semiSupervised,
    fb_swsl_ig1b_ft_in1k: semiSupervised,
    gluon_in1k: timm(0.875),
  },
  resnet34: {
    a1_in1k: timm(0.95),
    a2_in1k: timm(0.95),
    a3_in1k: timm(0.95),
    bt_in1k: timm(0.875),
    ra4_e3600_r224_in1k: { ...timm(0.9), mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] },
    tv_in1k: torchvision,
    gluon_in1k: timm(0.875),
  },
  resnet50: {
    a1_in1k: timm(0.95),
    a1h_in1k: timm(0.9),
    a2_in1k: timm(0.95),
    a3_in1k: timm(0.95),
    b1k_in1k: timm(0.95),
    b2k_in1k: timm(0.95),
    c1_in1k: timm(0.95),
    c2_in1k: timm(0.95),
    d_in1k: timm(0.95),
    ram_in1k: timm(0.875),
    am_in1k: timm(0.875),
    ra_in1k: timm(0.875),
    bt_in1k: timm(0.875),
    tv_in1k: torchvision,
    tv2_in1k: torchvision,
    fb_ssl_yfcc100m_ft_in1k: semiSupervised,
    fb_swsl_ig1b_ft_in1k: semiSupervised,
    gluon_in1k: timm(0.875),
  },
  resnet101: {
    a1h_in1k: timm(0.95),
    a1_in1k: timm(0.95),
    a2_in1k: timm(0.95),
    a3_in1k: timm(0.95),
    tv_in1k: torchvision,
    tv2_in1k: torchvision,
    gluon_in1k: timm(0.875),
  },
};

/** Checkpoints of a variant by tag, the default first; empty where none is published. */
export function pretrainedResNets(name: ResNetName): Record<string, Pretrained> {
  return publishedByTimm(name, tags[name]);
}
