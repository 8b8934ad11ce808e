"""Writes what timm and Pillow make of the pictures of examples/images, for the embedded model and for a small one.

    PYTHONPATH=../shared/reference python packages/pipeline/src/__fixtures__/make_goldens.py

Made with timm 1.0.29, torch 2.13, Pillow 12.3, in float64. Run it again when examples/images or the embedded model change.
- embedded.json: for each picture logits, their mean with the mirror image's (tta), and the embedding
- timm-folder/: as timm writes it, of a small variant with every setting its own; small.json: the same of it
"""
import timm_stub  # noqa: F401
import json, os, warnings
from functools import partial
from pathlib import Path

warnings.filterwarnings("ignore")
import timm, torch
import torch.nn.functional as F
from PIL import Image, ImageOps
from safetensors.torch import load_file
from timm.data import create_transform, resolve_data_config
from timm.models._hub import save_for_hf
from timm.models.vision_transformer import VisionTransformer
from torch import nn

here = Path(__file__).parent
pictures = sorted((here / "../../../../examples/images").glob("*.jpg"))


def inputs(config, model):
    """Pictures as the configuration asks, one at a time."""
    transform = create_transform(**resolve_data_config({}, pretrained_cfg=config, model=model))
    return {p.name: transform(ImageOps.exif_transpose(Image.open(p)).convert("RGB"))[None].double() for p in pictures}


def rounded(tensor):
    return [round(v, 6) for v in tensor.flatten().tolist()]


def outputs(model, config):
    result = {}
    with torch.no_grad():
        for name, x in inputs(config, model).items():
            result[name] = {
                "logits": rounded(model(x)),
                "tta": rounded((model(x) + model(x.flip(-1))) / 2),
                "embedding": rounded(model.forward_head(model.forward_features(x), pre_logits=True)),
            }
    return result


class ConvGroup(nn.Module):
    """Two convolutions with batch norm and GELU, the grid halved after the first: airbench."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        x = F.gelu(self.norm1(F.max_pool2d(self.conv1(x), 2)))
        return F.gelu(self.norm2(self.conv2(x)))


class WhitenedStem(nn.Module):
    """What the embedded model has for timm's patch embedding."""

    def __init__(self, hidden, img_size, in_chans, embed_dim, **_):
        super().__init__()
        self.whiten = nn.Conv2d(in_chans, 8 * in_chans, 2)
        self.groups = nn.ModuleList(ConvGroup(i, o) for i, o in zip([8 * in_chans, *hidden], hidden))
        self.proj = nn.Conv2d(hidden[-1], embed_dim, 1)
        self.num_patches = ((img_size - 1) // 2 ** len(hidden)) ** 2

    def forward(self, x):
        x = F.gelu(self.whiten(x))
        for group in self.groups:
            x = group(x)
        return self.proj(x).flatten(2).transpose(1, 2)


def embedded():
    folder = here / "../../models/vit_cifar10"
    config = json.loads((folder / "config.json").read_text())
    args = {k: v for k, v in config["model_args"].items() if k != "stem"}
    stem = partial(WhitenedStem, config["model_args"]["stem"]["hidden"])
    model = VisionTransformer(num_classes=config["num_classes"], embed_layer=stem, **args)
    model.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()})
    model.eval().double()
    return outputs(model, config["pretrained_cfg"])


def small():
    torch.manual_seed(7)
    args = dict(img_size=(24, 32), patch_size=8, embed_dim=24, depth=2, mlp_ratio=2, reg_tokens=1, global_pool="avg", init_values=1e-1)
    model = timm.create_model("vit_tiny_patch16_224", num_classes=3, **args)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn(p.shape) * 0.2)
    model.pretrained_cfg = {
        **model.pretrained_cfg, "tag": "made_up", "input_size": (3, 24, 32), "crop_pct": 0.8, "crop_mode": "squash",
        "interpolation": "bilinear", "mean": (0.4, 0.5, 0.6), "std": (0.2, 0.3, 0.4), "num_classes": 3,
    }
    labels = dict(label_names=["n01", "n02", "n03"], label_descriptions={"n01": "a thing", "n02": "another thing"})
    save_for_hf(model, here / "timm-folder", model_config=labels, model_args=args, safe_serialization=True)
    model.eval().double()
    return outputs(model, model.pretrained_cfg)


(here / "embedded.json").write_text(json.dumps(embedded()) + "\n")
(here / "small.json").write_text(json.dumps(small()) + "\n")
