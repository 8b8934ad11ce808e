"""Tiny Swins of torchvision and transformers, with their own names: python make_names.py (torch 2.13, torchvision 0.28, transformers 5.18).

Maps of no whole windows, a picture of no whole patches for transformers; weights are exact in float32, logits are of float64.
"""
import json
import tempfile

import safetensors.torch
import torch
import transformers
from torchvision.models.swin_transformer import PatchMergingV2, SwinTransformer, SwinTransformerBlockV2

NUMBERS = dict(embed_dim=12, depths=[2, 2], num_heads=[2, 3])
CONFIG = dict(img_size=[20, 28], patch_size=2, window_size=4, num_classes=5, **NUMBERS)


def write(name, model, weights, size, change={}):
    images = torch.randn(2, 3, *size, generator=torch.Generator().manual_seed(1)).double()
    with torch.no_grad():
        logits = model.double().eval()(images)
    logits = getattr(logits, "logits", logits)
    tensors = {f"weights/{key}": value.float().contiguous() for key, value in weights.items() if value.is_floating_point()}
    tensors |= {"input": images.float(), "logits": logits.float()}
    safetensors.torch.save_file(tensors, f"{name}.safetensors", metadata={"config": json.dumps(CONFIG | change)})


def drawn(model):
    g = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter + 0.1 * torch.randn(parameter.shape, generator=g))
    return model


def torchvision(name, change={}, **parts):
    model = drawn(SwinTransformer([2, 2], window_size=[4, 4], num_classes=5, stochastic_depth_prob=0.0, **NUMBERS, **parts))
    if change:
        with torch.no_grad():  # keys have no bias, as its own forward sees to
            for key, value in model.named_parameters():
                if key.endswith("attn.qkv.bias"):
                    value[len(value) // 3 : 2 * len(value) // 3] = 0
    weights = {key: value.clone() for key, value in model.state_dict().items()}
    write(name, model, weights, (20, 28), change)


torchvision("torchvision")
second = dict(pretrained_window_sizes=[0, 0])
torchvision("torchvision_v2", second, block=SwinTransformerBlockV2, downsample_layer=PatchMergingV2)

config = transformers.Swinv2Config(
    image_size=[20, 28], patch_size=2, window_size=4, num_labels=5, pretrained_window_sizes=[3, 2], drop_path_rate=0.0, **NUMBERS
)
model = drawn(transformers.Swinv2ForImageClassification(config))
with tempfile.TemporaryDirectory() as folder:
    model.save_pretrained(folder)
    weights = safetensors.torch.load_file(f"{folder}/model.safetensors")
write("huggingface_v2", model, weights, (19, 27), dict(pretrained_window_sizes=[3, 2]))
