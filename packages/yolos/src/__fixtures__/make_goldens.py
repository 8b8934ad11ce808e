"""Reference values of YOLOS by transformers, computed in float64 and stored in float32.

    python make_goldens.py

Each file has a tiny model with random weights. `config` holds transformers' config.
  weights/NAME   in transformers' names, as in its files
  input/images   [b, 3, h, w]
  target/I/…     labels and boxes (centre, width, height as shares) of picture I
  out/logits, out/boxes, tap/blocks.I   what it says, and the tokens after each block, before the positions that follow it
  loss/total, grads/NAME   DETR's criterion, weighted as the config says, and the gradient of every parameter
inventories.json: names and shapes of the published sizes in transformers' files.
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import save_file
from transformers import YolosConfig, YolosForObjectDetection

HERE = Path(__file__).parent
TINY = dict(hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=24, image_size=[32, 48], patch_size=8, num_detection_tokens=5)


def case(name, seed, height, width, **options):
    torch.manual_seed(seed)
    labels = {i: f"class {i}" for i in range(4)}
    config = YolosConfig(**TINY, **options, id2label=labels, label2id={v: k for k, v in labels.items()})
    model = YolosForObjectDetection(config).eval()
    with torch.no_grad():
        for path, value in model.named_parameters():
            scale = 0.5 if "position" in path or "token" in path else 0.4 if value.dim() > 1 else 0.2
            value.copy_((torch.randn_like(value) * scale + (1 if "layernorm" in path and path.endswith("weight") else 0)).float().double())
    images = torch.randn(2, 3, height, width).float().double()
    targets = [
        {"class_labels": torch.tensor([1, 3]), "boxes": torch.tensor([[0.4, 0.5, 0.3, 0.4], [0.7, 0.3, 0.2, 0.5]]).float().double()},
        {"class_labels": torch.tensor([0]), "boxes": torch.tensor([[0.5, 0.6, 0.9, 0.7]]).float().double()},
    ]
    seen = {}
    for i, layer in enumerate(model.vit.encoder.layer):
        layer.register_forward_hook(lambda _m, _i, y, i=i: seen.__setitem__(f"tap/blocks.{i}", y[0] if isinstance(y, tuple) else y))
    out = model(images, labels=targets)
    out.loss.backward()
    tensors = {"input/images": images, "out/logits": out.logits, "out/boxes": out.pred_boxes, "loss/total": out.loss.reshape(()), **seen}
    for i, target in enumerate(targets):
        tensors |= {f"target/{i}/labels": target["class_labels"], f"target/{i}/boxes": target["boxes"]}
    for path, value in model.named_parameters():
        tensors |= {f"weights/{path}": value, f"grads/{path}": value.grad}
    stored = {k: (v.detach().float() if v.is_floating_point() else v).contiguous() for k, v in tensors.items()}
    reference = f"torch {torch.__version__}, transformers {transformers.__version__}"
    save_file(stored, HERE / f"{name}.safetensors", {"config": json.dumps(config.to_dict()), "reference": reference})


# convert_yolos_to_pytorch.py of transformers
PUBLISHED = {
    "yolos_ti": dict(hidden_size=192, intermediate_size=768, num_attention_heads=3, image_size=[800, 1333], use_mid_position_embeddings=False),
    "yolos_s": dict(hidden_size=384, intermediate_size=1536, num_attention_heads=6),
    "yolos_b": dict(image_size=[800, 1344]),
}


def inventory(options):
    with torch.device("meta"):
        model = YolosForObjectDetection(YolosConfig(**options, num_labels=91))
    shapes = {path: list(value.shape) for path, value in model.state_dict().items()}
    prefix = "vit.encoder.layer"
    listed = {path: shape for path, shape in shapes.items() if not path.startswith(f"{prefix}.") or path.startswith(f"{prefix}.0.")}
    depth = model.config.num_hidden_layers
    return {"params": sum(p.numel() for p in model.parameters()), "tensors": len(shapes), "blocks": {prefix: depth}, "shapes": listed}


if __name__ == "__main__":
    torch.set_default_dtype(torch.float64)
    case("yolos_plain", 1, 32, 48, use_mid_position_embeddings=False)
    case("yolos_interpolated", 2, 48, 40, use_mid_position_embeddings=True)
    (HERE / "inventories.json").write_text(json.dumps({name: inventory(options) for name, options in PUBLISHED.items()}, separators=(",", ":")) + "\n")
