/** Names that timm gave up when checkpoints got tags, and what they are called now: `timm/models/resnet.py`. */
export const formerNames: Readonly<Record<string, string>> = {
  tv_resnet34: "resnet34.tv_in1k",
  tv_resnet50: "resnet50.tv_in1k",
  tv_resnet101: "resnet101.tv_in1k",
  ssl_resnet18: "resnet18.fb_ssl_yfcc100m_ft_in1k",
  ssl_resnet50: "resnet50.fb_ssl_yfcc100m_ft_in1k",
  swsl_resnet18: "resnet18.fb_swsl_ig1b_ft_in1k",
  swsl_resnet50: "resnet50.fb_swsl_ig1b_ft_in1k",
  gluon_resnet18_v1b: "resnet18.gluon_in1k",
  gluon_resnet34_v1b: "resnet34.gluon_in1k",
  gluon_resnet50_v1b: "resnet50.gluon_in1k",
  gluon_resnet101_v1b: "resnet101.gluon_in1k",
};
